import type { ProblemDetail } from '../contract/problem.ts'
import type { StoreFile } from '../contract/store-file.ts'
import { requireRoom, requireRoomInPlan } from './admission.ts'
import { admitChange, changeProblems } from './change.ts'
import { StoreError } from './errors.ts'
import { fitProblems } from './fit.ts'
import { isReservedName } from './layout.ts'
import { neighbourProblems } from './neighbours.ts'
import type { Snapshot } from './snapshot.ts'
import { copyStores, putStore } from './store-map.ts'
import { holdOf, sentenceOf } from './vacated.ts'

/**
 * Why an intent that somebody pushed is not rendered; a request for the same would be refused too. Every problem at once.
 * @param before what was rendered last; `null`: the store is new
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
    add('#/lifecycle/state', 'a new store begins active or suspended')
  }
  const others = copyStores(at.stores)
  putStore(others, store.name, null)
  problems.push(...refusalOf('#', () => requireRoom(store, { ...at, stores: others })))
  return problems
}

/**
 * A change by request on top of one that a person pushed and that may be refused: both together must be a step from what
 * was admitted last, else a request would render what the push may not. `now` is in milliseconds since the epoch.
 * @param admitted intent of our newest commit on the store; `null`: there is none
 * @throws StoreError what `admitChange` throws, with a hint that a push is part of it; `invalid_store`: the store may not be
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
  throw new StoreError('invalid_store', 'the store that was pushed is not admitted', {
    errors,
    hint: PUSHED,
  })
}

const PUSHED = 'A change that was pushed is part of this: correct or revert it in the stores repo.'
