import type { Condition } from '../contract/store.ts'
import type { Status } from '../contract/words.ts'
import type { ConditionVerdict } from '../domain/status/verdict.ts'
import { type FirstReady, NOT_SEEN } from './first-ready.ts'

/** State of a store that needs the past. It is lost at a restart and rebuilt from observations. */
export interface StoreMemory {
  everReady: boolean
  status: Status
  conditions: readonly Condition[]
  /**
   * Trees that Argo CD was last known to have compared and applied. They are kept while the tree of a
   * newer commit is being read, so an unrelated commit does not make a store look unobserved.
   */
  observed: string | null
  applied: string | null
  firstReady: FirstReady
}

export function newMemory(): StoreMemory {
  return {
    everReady: false,
    status: 'Provisioning',
    conditions: [],
    observed: '',
    applied: null,
    firstReady: NOT_SEEN,
  }
}

/**
 * Adds the time of the last status change to each condition. A new condition gets the best known time
 * of its verdict, a changed one gets `now` (RFC 3339).
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
