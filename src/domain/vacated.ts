import { StoreError } from './errors.ts'
import type { Snapshot, Vacated } from './snapshot.ts'

/** A name that a removed store bore, and for whom it is kept. */
export interface Hold {
  readonly team: string
  /** RFC 3339; `null`: without end, for what the store was made of may still run. */
  readonly until: string | null
}

/** What names are kept by. */
export interface Vacancies {
  readonly vacated: ReadonlyMap<string, Vacated>
  readonly platform: Pick<Snapshot['platform'], 'nameQuarantineDays'>
}

const DAY_MS = 86_400_000

/**
 * For whom `name` is kept at `now` (milliseconds since the epoch); `null`: it is free, or kept for `team` itself.
 * DNS, cookies and OAuth callbacks still point at a purged store; one whose folder merely vanished is still in the
 * cluster, so a store of its name would take its volumes over.
 */
export function holdOf(
  name: string,
  team: string,
  { vacated, platform }: Vacancies,
  now: number,
): Hold | null {
  const last = vacated.get(name)
  if (last === undefined || last.team === team) return null
  if (!last.purged) return { team: last.team, until: null }
  const until = Date.parse(last.at) + platform.nameQuarantineDays * DAY_MS
  return until > now ? { team: last.team, until: new Date(until).toISOString() } : null
}

/** @throws StoreError `name_quarantined`, extra `until` */
export function requireNoHold(name: string, team: string, at: Snapshot, now: number): void {
  const hold = holdOf(name, team, at, now)
  if (hold === null) return
  throw new StoreError('name_quarantined', sentenceOf(hold), {
    errors: [{ pointer: '#/name', detail: `is kept for another team${termOf(hold)}` }],
    extra: { until: hold.until },
    ...(hold.until === null
      ? {
          hint: 'Pick another name; this one is free once that team has purged its store, or an admin has released it (storectl release-name).',
        }
      : {}),
  })
}

/**
 * For whom `name` is kept without end. Only that ends with a release: a quarantine ends by itself.
 * @throws StoreError `conflict`: it is not kept so, or its team bears it again
 */
export function requireEndlessHold(name: string, at: Snapshot, now: number): Vacated {
  const last = at.vacated.get(name)
  if (last?.purged === false) return last
  const declared = at.stores.has(name)
  const until = holdOf(name, '', at, now)?.until ?? null
  throw new StoreError('conflict', 'nothing keeps this name without end', {
    extra: { until },
    hint: declared
      ? 'A store bears it: delete and purge that store.'
      : until === null
        ? 'It is free.'
        : `It is free from ${until} on; until then its own team may use it.`,
  })
}

/** Never names the other team: who asks may not be allowed to know it. */
export function sentenceOf({ until }: Hold): string {
  return until === null
    ? 'a store of this name left Git without a purge; its team may take it up again'
    : `a store of this name was removed; until ${until.slice(0, 10)} only its team may use the name`
}

function termOf({ until }: Hold): string {
  return until === null
    ? ', whose store of this name left Git without a purge'
    : ` until ${until.slice(0, 10)}`
}
