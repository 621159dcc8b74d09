import type { ProblemDetail } from '../../contract/problem.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import { StoreError } from '../errors.ts'
import { isReservedName } from '../layout.ts'
import type { Snapshot } from '../snapshot.ts'
import { requireRoom, requireRoomInPlan } from './admission.ts'
import { admitChange, changeProblems } from './admit-change.ts'
import { fitProblems } from './fit.ts'
import { holdOf, sentenceOf } from './name-holds.ts'
import { neighbourProblems } from './neighbours.ts'

/**
 * Returns every reason why a pushed intent is not rendered. A request for the same change would be
 * refused for the same reasons.
 * @param before the intent that was rendered last; `null` if the store is new
 * @param now milliseconds since the epoch
 */
export function pushedProblems(
  before: StoreFile | null,
  after: StoreFile,
  at: Snapshot,
  now: number,
): ProblemDetail[] {
  const step =
    before === null
      ? newProblems(after, at, now)
      : [...changeProblems(before, after, at.platform), ...planProblems(before, after, at)]
  return [...step, ...fitProblems(after, at.platform), ...neighbourProblems(after, at)].map(
    ({ pointer, detail }) => ({ pointer, detail }),
  )
}

function planProblems(before: StoreFile, after: StoreFile, at: Snapshot): ProblemDetail[] {
  return before.plan === after.plan ? [] : refusalOf('#/plan', () => requireRoomInPlan(after, at))
}

function refusalOf(pointer: string, rule: () => void): ProblemDetail[] {
  try {
    rule()
    return []
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    return [{ pointer, detail: error.message }]
  }
}

function newProblems(store: StoreFile, at: Snapshot, now: number): ProblemDetail[] {
  const problems: ProblemDetail[] = []
  const add = (pointer: string, detail: string) => problems.push({ pointer, detail })
  if (isReservedName(store.name, at.platform.reservedNames)) add('#/name', 'is reserved')
  const hold = holdOf(store.name, store.team, at, now)
  if (hold !== null) add('#/name', sentenceOf(hold))
  const { state } = store.lifecycle
  if (state !== 'active' && state !== 'suspended') {
    add('#/lifecycle/state', 'a new store must be active or suspended')
  }
  const others = at.stores.with([[store.name, null]])
  problems.push(...refusalOf('#', () => requireRoom(store, { ...at, stores: others })))
  return problems
}

/**
 * Validates an API change that is made on top of a push which is not admitted yet. The combined
 * change is checked against the last admitted intent, so a request cannot get a refused push
 * rendered.
 * @param admitted intent of our newest commit on the store; `null` if there is none
 * @param now milliseconds since the epoch
 * @throws StoreError what `admitChange` throws, with a hint that a push is part of the change;
 *   `invalid_store` if the store as a whole is not allowed
 */
export function admitOverPush(
  admitted: StoreFile | null,
  after: StoreFile,
  at: Snapshot,
  now: number,
): void {
  if (admitted !== null) {
    try {
      admitChange(admitted, after, at)
      return
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      const { code, message, errors, extra } = error
      throw new StoreError(code, message, { errors, extra, hint: PUSHED })
    }
  }
  const errors = pushedProblems(null, after, at, now)
  if (errors.length === 0) return
  throw new StoreError('invalid_store', 'the pushed store is not admitted', {
    errors,
    hint: PUSHED,
  })
}

const PUSHED =
  'The request includes a change that was pushed. Correct or revert that change in the stores repo.'
