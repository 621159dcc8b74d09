import type { Platform, Release } from '../../contract/platform-file.ts'
import type { ProblemDetail } from '../../contract/problem.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import { StoreError, type StoreErrorCode } from '../errors.ts'
import type { Snapshot } from '../snapshot.ts'
import { requireRoomInPlan } from './admission.ts'
import { fitProblems, teamProblems } from './fit.ts'
import { mayBecome } from './lifecycle.ts'
import { neighbourProblems } from './neighbours.ts'
import { VOLUMES, volumesExpand, volumesOf } from './volumes.ts'

/** Codes of a refused change. If several apply, the error has the first one in this order. */
const CODES = [
  'lifecycle_conflict',
  'grow_only',
  'invalid_store',
] as const satisfies StoreErrorCode[]

/** Why an intent cannot change into another one, and where. */
export interface ChangeProblem extends ProblemDetail {
  readonly code: (typeof CODES)[number]
}

/**
 * Checks whether the declared intent of a store may become `after`.
 * @throws StoreError `lifecycle_conflict`, `grow_only`, `invalid_store` (a fixed key changed, or the
 *   intent fits neither platform.yaml nor the other stores), `store_limit_reached` (of another plan).
 *   `errors` lists every problem, whatever the code.
 */
export function admitChange(before: StoreFile, after: StoreFile, at: Snapshot): void {
  const problems: ChangeProblem[] = [
    ...changeProblems(before, after, at.platform),
    ...[...fitProblems(after, at.platform), ...newNeighbourProblems(before, after, at)].map(
      invalid,
    ),
  ]
  const code = CODES.find((each) => problems.some((problem) => problem.code === each))
  if (code === undefined) {
    if (before.plan !== after.plan) requireRoomInPlan(after, at)
    return
  }
  throw new StoreError(code, MESSAGES[code], {
    errors: problems.map(({ pointer, detail }) => ({ pointer, detail })),
    ...(code === 'lifecycle_conflict' ? { extra: { lifecycle: before.lifecycle.state } } : {}),
  })
}

/** Only new conflicts count, so an existing one does not block a suspend or a delete. */
function newNeighbourProblems(before: StoreFile, after: StoreFile, at: Snapshot): ProblemDetail[] {
  const known = new Set(neighbourProblems(before, at).map(({ pointer }) => pointer))
  return neighbourProblems(after, at).filter(({ pointer }) => !known.has(pointer))
}

const MESSAGES = {
  lifecycle_conflict: 'the store cannot go from its current state to this one',
  grow_only: 'volumes cannot shrink, and data cannot move to an older version',
  invalid_store: 'the store cannot be changed like this',
} as const satisfies Record<ChangeProblem['code'], string>

/** Every rule that the step from one intent to the other breaks, regardless of other stores. */
export function changeProblems(
  before: StoreFile,
  after: StoreFile,
  platform: Platform,
): ChangeProblem[] {
  return [
    ...transitionProblems(before, after),
    ...fixedProblems(before, after),
    ...(before.plan === after.plan ? [] : teamProblems(after, platform).map(invalid)),
    ...shrinkProblems(before, after, platform),
    ...enlargeProblems(before, after, platform),
    ...downgradeProblems(before, after, platform),
  ]
}

function transitionProblems(before: StoreFile, after: StoreFile): ChangeProblem[] {
  const [from, to] = [before.lifecycle.state, after.lifecycle.state]
  if (mayBecome(from, to)) return []
  return [pointed('lifecycle_conflict', '#/lifecycle/state', `cannot go from ${from} to ${to}`)]
}

/** Keys that cannot change, each with the reason. */
const FIXED: readonly (readonly [string, (store: StoreFile) => string | undefined, string])[] = [
  ['#/name', ({ name }) => name, 'namespace, host and database are derived from it'],
  ['#/team', ({ team }) => team, 'the folder and its rights are derived from it'],
  ['#/engine', ({ engine }) => engine, 'data is not carried over'],
  ['#/cluster', ({ cluster }) => cluster, 'the copy on the old cluster would go on running'],
  ['#/secretsMode', ({ secretsMode }) => secretsMode, 'live credentials would be replaced'],
  ['#/code', ({ code }) => code ?? 'immutable', 'uploads would stay behind on the other volume'],
  ['#/storage/uploadsAccess', ({ storage }) => storage.uploadsAccess, 'a volume keeps its mode'],
  ['#/storage/class', ({ storage }) => storage.class, 'a volume keeps its class'],
  [
    '#/origin',
    ({ origin }) => origin && Object.values(origin).join(),
    'it records where the data came from',
  ],
]

function fixedProblems(before: StoreFile, after: StoreFile): ChangeProblem[] {
  return FIXED.filter(([, read]) => read(before) !== read(after)).map(([pointer, , why]) =>
    pointed('invalid_store', pointer, `is fixed when the store is created: ${why}`),
  )
}

function shrinkProblems(before: StoreFile, after: StoreFile, platform: Platform): ChangeProblem[] {
  const [old, now] = [volumesOf(before, platform), volumesOf(after, platform)]
  return VOLUMES.filter((volume) => now[volume] < old[volume]).map((volume) =>
    pointed('grow_only', `#/storage/${volume}`, `only grows; it has ${old[volume]} Gi now`),
  )
}

function enlargeProblems(before: StoreFile, after: StoreFile, platform: Platform): ChangeProblem[] {
  if (volumesExpand(before, platform)) return []
  const [old, now] = [volumesOf(before, platform), volumesOf(after, platform)]
  return VOLUMES.filter((volume) => old[volume] > 0 && now[volume] > old[volume]).map((volume) => {
    const key = `clusters.${before.cluster}.allowVolumeExpansion`
    const detail = `stays at ${old[volume]} Gi: its StorageClass cannot enlarge volumes (platform.yaml does not set ${key})`
    return pointed('invalid_store', `#/storage/${volume}`, detail)
  })
}

/** Components whose version is also the version of the store's data. */
export const SCHEMA = ['mariadb', 'woocommerce', 'wordpress'] as const

/**
 * MariaDB refuses files of a newer version, and WooCommerce does not support downgrades (woocommerce
 * issue 18818), so a store with an older release would not start.
 */
function downgradeProblems(
  before: StoreFile,
  after: StoreFile,
  { releases }: Platform,
): ChangeProblem[] {
  if (before.release === after.release) return []
  const [old, now] = [own(releases, before.release), own(releases, after.release)]
  if (now === undefined) return []
  if (old === undefined) {
    const detail = `cannot be compared with ${before.release}, which platform.yaml no longer declares; declare it again`
    return [pointed('grow_only', '#/release', detail)]
  }
  return SCHEMA.filter((part) => isOlder(schemaOf(now, part), schemaOf(old, part))).map((part) =>
    pointed(
      'grow_only',
      '#/release',
      `has an older ${part} (${schemaOf(now, part)}) than the data of this store (${schemaOf(old, part)})`,
    ),
  )
}

function schemaOf({ schema }: Release, part: (typeof SCHEMA)[number]): string {
  return String(schema[part])
}

/** Is `one` an older version than `other`? Compares numerically, so 11.8 is older than 11.10. */
export function isOlder(one: string, other: string): boolean {
  const [a, b] = [one.split('.').map(Number), other.split('.').map(Number)]
  const at = a.findIndex((number, n) => number !== b[n])
  return at !== -1 && (a[at] ?? 0) < (b[at] ?? 0)
}

function invalid(problem: ProblemDetail): ChangeProblem {
  return { ...problem, code: 'invalid_store' }
}

function own<T>(values: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined
}

function pointed(code: ChangeProblem['code'], pointer: string, detail: string): ChangeProblem {
  return { code, pointer, detail }
}
