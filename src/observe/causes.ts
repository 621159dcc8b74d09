import type { Clock } from '../domain/ports.ts'
import type { StoreRecord } from '../domain/snapshot.ts'
import { type Cause, causeOf, holdUpOf, withCause } from '../domain/status/cause.ts'
import type { Judgement } from '../domain/status/verdict.ts'
import type { StoreDetail } from '../domain/store-detail.ts'

/** Looks up in the background why stores make no progress, a few stores at a time. */
export interface Causes {
  /** Returns the verdict with its cause, if one was found. Also registers or removes the store for lookups. */
  explain(record: StoreRecord, judgement: Judgement): Judgement
  /** Did a sync window forbid Argo CD to apply this store at the last lookup? */
  windowDenies(name: string): boolean
  close(): Promise<void>
}

export interface CausesOptions {
  readonly detail: StoreDetail
  readonly clock: Clock
  /** Called with the name of a store whose cause changed. */
  readonly onFound: (name: string) => void
  /** Milliseconds without progress before a store is looked up. @default 8 s */
  readonly afterMs?: number
  /** Milliseconds between two lookups of one store. @default 15 s */
  readonly everyMs?: number
  /** Milliseconds between two rounds. @default 1 s */
  readonly tickMs?: number
}

/** Lookups at the same time. Each one costs Argo CD about a dozen small requests. */
const AT_ONCE = 2
const TIMEOUT_MS = 10_000
/** Reasons that something is in progress or broken, without a specific cause. */
const OPEN = ['Applying', 'Pending', 'SyncWindow', 'Starting', 'Degraded', 'ProgressDeadline']
/** Reasons of a deletion in progress. Argo CD keeps an old error indefinitely, so the remaining objects decide. */
const DELETING = ['CascadeRunning', 'DeletionError']

interface Watched {
  readonly record: StoreRecord
  readonly reason: Judgement['reason']
  /** Milliseconds since the Unix epoch. */
  nextLookAt: number
  cause: Cause | null
  windowDenies: boolean
}

/**
 * Keeps a cause until the next lookup, a change of the manifests, or a verdict that needs none. The
 * stores that wait longest come first, so if all stores fail, lookups take longer but the load stays
 * the same.
 */
export function openCauses(options: CausesOptions): Causes {
  const { detail, clock } = options
  const watched = new Map<string, Watched>()
  const looking = new Map<string, Promise<void>>()
  const ending = new AbortController()

  const look = async (name: string, entry: Watched) => {
    const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(TIMEOUT_MS)])
    // An unavailable Argo CD is reported elsewhere. Here the last result is kept.
    const found = await findCause(detail, entry, signal).catch(() => null)
    entry.nextLookAt = clock.now() + (options.everyMs ?? 15_000)
    if (found === null || JSON.stringify(found) === JSON.stringify(stateOf(entry))) return
    Object.assign(entry, found)
    options.onFound(name)
  }
  const round = () => {
    const now = clock.now()
    const due = [...watched]
      .filter(([name, { nextLookAt }]) => nextLookAt <= now && !looking.has(name))
      .toSorted(([, one], [, other]) => one.nextLookAt - other.nextLookAt)
    for (const [name, entry] of due.slice(0, AT_ONCE - looking.size)) {
      looking.set(
        name,
        look(name, entry).finally(() => looking.delete(name)),
      )
    }
  }
  const timer = setInterval(round, options.tickMs ?? 1000)
  timer.unref()

  return {
    explain(record, judgement) {
      const { name, manifestsTree } = record
      const open = OPEN.includes(judgement.reason) || DELETING.includes(judgement.reason)
      if (!open || judgement.stale) {
        // A silent source is not progress, so keep the cause until the source is back.
        if (!judgement.stale) watched.delete(name)
        return judgement
      }
      const before = watched.get(name)
      const same = before?.record.manifestsTree === manifestsTree
      const entry = {
        record,
        reason: judgement.reason,
        nextLookAt: same ? before.nextLookAt : clock.now() + (options.afterMs ?? 8_000),
        cause: same ? before.cause : null,
        windowDenies: same && before.windowDenies,
      }
      if (same) Object.assign(before, { record, reason: judgement.reason })
      else watched.set(name, entry)
      return withCause(judgement, entry.cause)
    },
    windowDenies: (name) => watched.get(name)?.windowDenies ?? false,
    async close() {
      clearInterval(timer)
      ending.abort()
      await Promise.all(looking.values())
    },
  }
}

function stateOf({ cause, windowDenies }: Watched) {
  return { cause, windowDenies }
}

async function findCause(
  detail: StoreDetail,
  { record, reason }: Watched,
  signal: AbortSignal,
): Promise<ReturnType<typeof stateOf>> {
  if (reason === 'Pending' || reason === 'SyncWindow') {
    return { cause: null, windowDenies: await detail.windowDenies(record, signal) }
  }
  const parts = await detail.resources(record, signal)
  if (DELETING.includes(reason)) return { cause: holdUpOf(parts), windowDenies: false }
  const events = await detail.events(record, signal)
  return { cause: causeOf(parts, events, reason === 'ProgressDeadline'), windowDenies: false }
}
