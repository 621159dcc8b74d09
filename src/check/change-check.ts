import type { Platform } from '../contract/platform-file.ts'
import type { StoreFile } from '../contract/store-file.ts'
import type { Lifecycle } from '../contract/words.ts'
import { type ChangeProblem, changeProblems } from '../domain/admission/admit-change.ts'
import { teamProblems } from '../domain/admission/fit.ts'
import {
  isDeparture,
  keyOf,
  massDeletionOf,
  massDeletionSentence,
} from '../domain/admission/mass-delete-limit.ts'
import { type Hold, holdOf } from '../domain/admission/name-holds.ts'
import { missingOrigin } from '../domain/admission/neighbours.ts'
import { VOLUMES } from '../domain/admission/volumes.ts'
import { isReservedName, storeFolder } from '../domain/layout.ts'
import type { Vacated } from '../domain/snapshot.ts'
import { type CheckProblem, problem, type RuleId } from './problem.ts'
import type { Removal } from './repository.ts'

/** A store folder on one side of a change. */
interface Side {
  /** `null` when store.yaml does not parse. */
  readonly intent: StoreFile | null
  readonly state: Lifecycle
}

/** A store before and after a change; `null` if its folder does not exist on that side. */
export interface Step {
  readonly team: string
  readonly name: string
  readonly before: Side | null
  readonly after: Side | null
}

/** Input of the rules for a change as a whole. The limits are those of the branch, so a change cannot raise them. */
export interface ChangeInput {
  readonly steps: readonly Step[]
  /** Every intent after the change. */
  readonly declared: readonly StoreFile[]
  readonly platform: Platform
  /** The platform of the branch. */
  readonly was: Platform
  readonly removals: readonly Removal[]
  /** Names of stores that were removed from the branch. */
  readonly vacated: ReadonlyMap<string, Vacated>
  readonly storesBefore: number
  readonly labels: readonly string[]
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number
}

const LABEL_MASS_DELETE = 'mass-delete-approved'
const LABEL_BULK = 'bulk'
/** Most stores in one pull request. More cannot be reviewed. */
const MOST_STORES = 200

/** C03, C11 to C15 and C21, which compare the change with the branch. */
export function changeRules(input: ChangeInput): CheckProblem[] {
  const { steps, labels, platform, was } = input
  const found = [
    ...steps.flatMap((step) => stepProblems(step, input)),
    ...releaseProblems(input.declared, was, platform),
    ...removalProblems(steps),
  ]
  if (!labels.includes(LABEL_MASS_DELETE)) found.push(...massDeletionProblems(input))
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
  // The data of the store has the release as the branch declares it, even if the change edits that release.
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

/** C12 for a release that is edited while stores use it: their data has the versions of the old release. */
function releaseProblems(
  stores: readonly StoreFile[],
  was: Platform,
  platform: Platform,
): CheckProblem[] {
  const used = new Map(stores.map((store) => [store.release, store]))
  return [...used].flatMap(([id, store]) => {
    const [old, now] = [was.releases[id], platform.releases[id]]
    if (old === undefined || now === undefined) return []
    // Compared like a move from one release to another.
    const both = { ...platform, releases: { old, now } }
    return changeProblems({ ...store, release: 'old' }, { ...store, release: 'now' }, both)
      .filter(({ pointer }) => pointer === '#/release')
      .map(({ detail }) => problem('C12', 'platform.yaml', detail, `#/releases/${id}/schema`))
  })
}

/** C03: a reserved name. Existing stores keep theirs. */
export function reservedProblems(store: StoreFile, platform: Platform): CheckProblem[] {
  return isReservedName(store.name, platform.reservedNames)
    ? [problem('C03', intentPath(store), 'is a reserved name', '#/name')]
    : []
}

/** C02, C03 and C13 for a new store. */
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
    const detail = 'a new store must be active'
    found.push(problem('C13', intentPath(store), detail, '#/lifecycle/state'))
  }
  const kept = { vacated: input.vacated, platform: input.was }
  const hold = holdOf(store.name, store.team, kept, input.nowMs)
  if (hold !== null) found.push(problem('C03', intentPath(store), heldSentence(hold), '#/name'))
  return found
}

function heldSentence({ team, until }: Hold): string {
  return until === null
    ? `belongs to team ${team}, whose store of this name left Git without a purge. Let that team create it again, or release the name as an admin (storectl release-name) and create the store through the API, because a check cannot verify a release`
    : `belonged to team ${team} and becomes free on ${until.slice(0, 10)}`
}

function intentPath({ team, name }: StoreFile): string {
  return `${storeFolder(team, name)}/store.yaml`
}

/** C14: folders that are removed although their store is not in state `purge`. */
function removalProblems(steps: readonly Step[]): CheckProblem[] {
  return steps.flatMap(({ team, name, before, after }) =>
    after === null && before !== null && before.state !== 'purge'
      ? [problem('C14', storeFolder(team, name), `is removed while its store is ${before.state}`)]
      : [],
  )
}

/**
 * C15: the stores that this change deletes, plus those deleted within the last window, must not exceed
 * the limit of API and reconciler. A folder that is removed without a deletion counts as deleted.
 */
function massDeletionProblems({
  steps,
  removals,
  storesBefore,
  was,
  nowMs,
}: ChangeInput): CheckProblem[] {
  const going = steps.filter(
    ({ before, after }) => before !== null && isDeparture(before.state, after?.state ?? 'purge'),
  )
  if (going.length === 0) return []
  const since = nowMs - was.massDelete.windowMinutes * 60_000
  const gone = new Set([...going, ...removals.filter(({ atMs }) => atMs >= since)].map(keyOf))
  const massDeletion = massDeletionOf(gone, was.massDelete, storesBefore)
  return massDeletion === null ? [] : [problem('C15', '', massDeletionSentence(massDeletion))]
}
