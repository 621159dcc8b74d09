import type { Platform } from '../contract/platform-file.ts'
import type { StoreFile } from '../contract/store-file.ts'
import type { Lifecycle } from '../contract/words.ts'
import { brakeOf, brakeSentence, isDeparture, keyOf } from '../domain/brake.ts'
import { type ChangeProblem, changeProblems } from '../domain/change.ts'
import { teamProblems } from '../domain/fit.ts'
import { missingOrigin } from '../domain/neighbours.ts'
import { isReservedName, storeFolder } from '../domain/layout.ts'
import type { Vacated } from '../domain/snapshot.ts'
import { type Hold, holdOf } from '../domain/vacated.ts'
import { VOLUMES } from '../domain/volumes.ts'
import { type CheckProblem, problem, type RuleId } from './problem.ts'
import type { Removal } from './repository.ts'

/** A store folder on one side of a change. */
interface Side {
  /** `null` when store.yaml does not parse. */
  readonly intent: StoreFile | null
  readonly state: Lifecycle
}

/** A store as it was and as it will be; `null` = no such folder. */
export interface Step {
  readonly team: string
  readonly name: string
  readonly before: Side | null
  readonly after: Side | null
}

/** A change as a whole. Its limits are those of the branch: a change cannot raise its own. */
export interface ChangeInput {
  readonly steps: readonly Step[]
  /** Every intent after the change. */
  readonly declared: readonly StoreFile[]
  readonly platform: Platform
  /** The platform of the branch. */
  readonly was: Platform
  readonly removals: readonly Removal[]
  /** Names whose store left the branch. */
  readonly vacated: ReadonlyMap<string, Vacated>
  readonly storesBefore: number
  readonly labels: readonly string[]
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number
}

const LABEL_MASS_DELETE = 'mass-delete-approved'
const LABEL_BULK = 'bulk'
/** More stores than that in one request nobody reads. */
const MOST_STORES = 200

/** C03 and C11-C15, C21: what only the way from the branch to the change shows. */
export function changeRules(input: ChangeInput): CheckProblem[] {
  const { steps, labels, platform, was } = input
  const found = [
    ...steps.flatMap((step) => stepProblems(step, input)),
    ...releaseProblems(input.declared, was, platform),
    ...removalProblems(steps),
  ]
  if (!labels.includes(LABEL_MASS_DELETE)) found.push(...brakeProblems(input))
  if (steps.length > MOST_STORES && !labels.includes(LABEL_BULK)) {
    found.push(problem('C21', '', `changes ${steps.length} stores, at most ${MOST_STORES}`))
  }
  return found
}

function stepProblems({ before, after }: Step, input: ChangeInput): CheckProblem[] {
  const { platform, was } = input
  const now = after?.intent ?? null
  if (now === null) return []
  if (before === null) return newStoreProblems(now, input)
  if (before.intent === null) return []
  // Its data is of the release as the branch declares it, whatever the change makes of that.
  const { release } = before.intent
  const old = Object.hasOwn(was.releases, release) ? was.releases[release] : undefined
  const moved = release !== now.release && old !== undefined
  const both = moved
    ? { ...platform, releases: { ...platform.releases, [release]: old } }
    : platform
  return changeProblems(before.intent, now, both).map((one) => pointed(now, one))
}

function pointed(store: StoreFile, { code, pointer, detail }: ChangeProblem): CheckProblem {
  return problem(ruleOf(code, pointer), intentPath(store), detail, pointer)
}

function ruleOf(code: ChangeProblem['code'], pointer: string): RuleId {
  if (VOLUMES.some((volume) => pointer === `#/storage/${volume}`)) return 'C11'
  return code === 'grow_only' ? 'C12' : 'C13'
}

/** C12 for a release that was edited in place while stores use it: their data is of the release as it was. */
function releaseProblems(
  stores: readonly StoreFile[],
  was: Platform,
  platform: Platform,
): CheckProblem[] {
  const used = new Map(stores.map((store) => [store.release, store]))
  return [...used].flatMap(([id, store]) => {
    const [old, now] = [was.releases[id], platform.releases[id]]
    if (old === undefined || now === undefined) return []
    // As if it were a move from one release to another.
    const both = { ...platform, releases: { old, now } }
    return changeProblems({ ...store, release: 'old' }, { ...store, release: 'now' }, both)
      .filter(({ pointer }) => pointer === '#/release')
      .map(({ detail }) => problem('C12', 'platform.yaml', detail, `#/releases/${id}/schema`))
  })
}

/** C03: a name that no store may bear. One that is there already stays. */
export function reservedProblems(store: StoreFile, platform: Platform): CheckProblem[] {
  return isReservedName(store.name, platform.reservedNames)
    ? [problem('C03', intentPath(store), 'is a reserved name', '#/name')]
    : []
}

/** C02, C03 and C13 for a store that the change declares. */
function newStoreProblems(store: StoreFile, input: ChangeInput): CheckProblem[] {
  const stores = new Map(input.declared.map((each) => [each.name, { ...each, intent: each }]))
  const found = [
    ...reservedProblems(store, input.platform),
    ...[
      ...teamProblems(store, input.platform),
      ...missingOrigin(store, { platform: input.platform, stores }),
    ].map(({ pointer, detail }) => problem('C02', intentPath(store), detail, pointer)),
  ]
  if (store.lifecycle.state !== 'active') {
    const detail = 'a new store begins as active'
    found.push(problem('C13', intentPath(store), detail, '#/lifecycle/state'))
  }
  const kept = { vacated: input.vacated, platform: input.was }
  const hold = holdOf(store.name, store.team, kept, input.nowMs)
  if (hold !== null) found.push(problem('C03', intentPath(store), heldSentence(hold), '#/name'))
  return found
}

function heldSentence({ team, until }: Hold): string {
  return until === null
    ? `belongs to team ${team}, whose store of this name left Git without a purge: the team takes it up again, or an admin releases the name (storectl release-name) and the store is created through the API, since a check has no key that proves a release`
    : `belonged to team ${team}, and is free from ${until.slice(0, 10)} on`
}

function intentPath({ team, name }: StoreFile): string {
  return `${storeFolder(team, name)}/store.yaml`
}

/** C14: folders that go although their store was not in purge. */
function removalProblems(steps: readonly Step[]): CheckProblem[] {
  return steps.flatMap(({ team, name, before, after }) =>
    after === null && before !== null && before.state !== 'purge'
      ? [problem('C14', storeFolder(team, name), `is removed while its store is ${before.state}`)]
      : [],
  )
}

/**
 * C15: stores that this change deletes, together with those of the last window, against the limit that API and reconciler
 * have too. A store that is removed without a deletion counts as deleted.
 */
function brakeProblems({ steps, removals, storesBefore, was, nowMs }: ChangeInput): CheckProblem[] {
  const going = steps.filter(
    ({ before, after }) => before !== null && isDeparture(before.state, after?.state ?? 'purge'),
  )
  if (going.length === 0) return []
  const since = nowMs - was.massDelete.windowMinutes * 60_000
  const gone = new Set([...going, ...removals.filter(({ atMs }) => atMs >= since)].map(keyOf))
  const brake = brakeOf(gone, was.massDelete, storesBefore)
  return brake === null ? [] : [problem('C15', '', brakeSentence(brake))]
}
