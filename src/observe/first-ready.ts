import type { StoreRecord } from '../domain/snapshot.ts'
import { SETTLE_MS } from '../domain/status/phase-health.ts'
import type { Judgement, PhaseInput } from '../domain/status/verdict.ts'

/** What this process knows of the time at which a store was Ready for the first time. */
export interface FirstReady {
  /**
   * `unseen`: no judgement that is current yet. `waiting`: not Ready yet. `known`: see `at`. `lost`:
   * it was Ready before this process looked, or may have been, and the time cannot be derived.
   */
  readonly state: 'unseen' | 'waiting' | 'known' | 'lost'
  /** Milliseconds since the epoch; `null` unless `known`. */
  readonly at: number | null
}

export const NOT_SEEN: FirstReady = { state: 'unseen', at: null }
const WAITING: FirstReady = { state: 'waiting', at: null }
const LOST: FirstReady = { state: 'lost', at: null }

/** A store that is healthy since so soon after its creation was not healthy before. */
const SOON_MS = 15 * 60_000
const NOT_YET = ['Requested', 'Committed', 'Syncing', 'Progressing']

/**
 * The knowledge after one more judgement. After a restart the time follows from the health of
 * an Application whose store has not changed since its creation; otherwise it is lost.
 */
export function seenReady(
  before: FirstReady,
  { created, last }: Pick<StoreRecord, 'created' | 'last'>,
  input: Pick<PhaseInput, 'application' | 'everReady' | 'now'>,
  { phase, stale }: Pick<Judgement, 'phase' | 'stale'>,
): FirstReady {
  if (stale || before.state === 'known' || before.state === 'lost') return before
  const isFirstLook = before.state === 'unseen'
  const isUnchanged = created.commit === last.commit
  if (phase === 'Ready') {
    const at = readySince(input)
    const isSoon = isUnchanged && at - Date.parse(created.at) <= SOON_MS
    return !isFirstLook || isSoon ? { state: 'known', at } : LOST
  }
  if (!isFirstLook) return WAITING
  return isUnchanged && !input.everReady && NOT_YET.includes(phase) ? WAITING : LOST
}

/** The time at which a store that is Ready now became so. */
function readySince({ application, now }: Pick<PhaseInput, 'application' | 'now'>): number {
  const healthy = application?.healthSince ?? null
  if (healthy === null) return now
  const applied = application?.operationState?.finishedAt ?? healthy
  return Math.min(now, Math.max(Date.parse(healthy) + SETTLE_MS, Date.parse(applied)))
}
