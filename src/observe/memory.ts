import type { Condition } from '../contract/store.ts'
import type { Status } from '../contract/words.ts'
import type { ConditionVerdict } from '../domain/verdict.ts'

/** What a verdict cannot say without looking back; lost at a restart and rebuilt from what is observed. */
export interface StoreMemory {
  everReady: boolean
  status: Status
  conditions: readonly Condition[]
  /**
   * Tree that Argo CD was last known to have compared with, and to have applied: stands while the tree of a newer
   * commit is being read, so that an unrelated commit does not make a store look unobserved for a moment.
   */
  observed: string | null
  applied: string | null
}

export function newMemory(): StoreMemory {
  return { everReady: false, status: 'Provisioning', conditions: [], observed: '', applied: null }
}

/**
 * Conditions with the time of their last change of status. The first sight takes the best known time,
 * a later change takes `now` (RFC 3339).
 */
export function withTransitions(
  verdicts: readonly ConditionVerdict[],
  before: readonly Condition[],
  now: string,
): readonly Condition[] {
  return verdicts.map(({ at, ...verdict }) => {
    const previous = before.find(({ type }) => type === verdict.type)
    const unchanged = previous?.status === verdict.status ? previous.lastTransitionTime : now
    return { ...verdict, lastTransitionTime: previous === undefined ? at : unchanged }
  })
}
