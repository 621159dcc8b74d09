import { StoreError } from '../errors.ts'
import type { Snapshot, Vacated } from '../snapshot.ts'

/** The name of a removed store, which is reserved for its team. */
export interface Hold {
  readonly team: string
  /** RFC 3339; `null` if it has no end, because the store may still run in the cluster. */
  readonly until: string | null
}

/** The state that holds are derived from. */
export interface Vacancies {
  readonly vacated: ReadonlyMap<string, Vacated>
  readonly platform: Pick<Snapshot['platform'], 'nameQuarantineDays'>
}

const DAY_MS = 86_400_000

/**
 * Returns the hold on `name` at `now` (milliseconds since the epoch), or `null` if `team` may use it.
 * DNS, cookies and OAuth callbacks still point at a purged store. If a store's folder disappeared
 * without a purge, its volumes may still exist, and a new store of that name would take them over.
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
          hint: 'Pick another name. This one becomes free when that team purges its store, or when an admin releases it (storectl release-name).',
        }
      : {}),
  })
}

/**
 * Returns the removal behind a hold without an end. Only such a hold can be released, because a
 * quarantine ends by itself.
 * @throws StoreError `conflict` if there is no such hold, or a store has the name again
 */
export function requireEndlessHold(name: string, at: Snapshot, now: number): Vacated {
  const last = at.vacated.get(name)
  if (last?.purged === false) return last
  const declared = at.stores.has(name)
  const until = holdOf(name, '', at, now)?.until ?? null
  throw new StoreError('conflict', 'there is no reservation of this name to release', {
    extra: { until },
    hint: declared
      ? 'A store has this name. Delete and purge that store instead.'
      : until === null
        ? 'The name is free.'
        : `The name becomes free at ${until}. Until then only its team may use it.`,
  })
}

/** Never names the other team, because the requester may not be allowed to know it. */
export function sentenceOf({ until }: Hold): string {
  return until === null
    ? 'a store of this name left Git without a purge; only its team may create it again'
    : `a store of this name was removed; until ${until.slice(0, 10)} only its team may use the name`
}

function termOf({ until }: Hold): string {
  return until === null
    ? ', whose store of this name left Git without a purge'
    : ` until ${until.slice(0, 10)}`
}
