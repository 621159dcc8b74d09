/** Enumerations of the API that need no schema: plain data for server, CLI and browser. */

export const engines = ['woo'] as const
export type Engine = (typeof engines)[number]

/** Declared intent of a store (`lifecycle.state` of its store.yaml). */
export const lifecycles = ['active', 'suspended', 'deleted', 'purge'] as const
export type Lifecycle = (typeof lifecycles)[number]

/** What a person or a program may do with the stores of a team; each includes the one before. */
export const roles = ['viewer', 'operator', 'owner', 'admin'] as const
export type Role = (typeof roles)[number]

/** Our verdict, worst first. Clients must accept unknown values. */
export const phases = [
  'Failed',
  'Degraded',
  'Detached',
  'Unknown',
  'Progressing',
  'Syncing',
  'Committed',
  'Requested',
  'Deleting',
  'Suspended',
  'SoftDeleted',
  'Deleted',
  'Ready',
] as const
export type Phase = (typeof phases)[number]

/** Argo CD's health words, worst first. */
export const healths = [
  'Missing',
  'Degraded',
  'Unknown',
  'Progressing',
  'Suspended',
  'Healthy',
] as const
export type Health = (typeof healths)[number]

export const syncs = ['Synced', 'OutOfSync', 'Unknown'] as const
export type Sync = (typeof syncs)[number]

/** The four-word status of the earlier APIs, derived from phase and history. */
export const statuses = ['Provisioning', 'Ready', 'Failed', 'Suspended'] as const
export type Status = (typeof statuses)[number]

export const changeStates = [
  'Requested',
  'InReview',
  'Committed',
  'Synced',
  'Live',
  'Rejected',
  'CommitFailed',
  'Closed',
] as const
export type ChangeState = (typeof changeStates)[number]

export const conditionTypes = ['Committed', 'Observed', 'Synced', 'Healthy', 'Reachable'] as const
export type ConditionType = (typeof conditionTypes)[number]

/** Action of a commit on a store: trailer `Action`. */
export const actions = [
  'create',
  'update',
  'suspend',
  'resume',
  'delete',
  'restore',
  'purge',
  'remove',
  'render',
  'revert',
  'rollout',
  'clone',
  'retry',
  'release',
] as const
export type Action = (typeof actions)[number]

/** Source of a change: trailer `Via`, or `git` for a commit made outside Storewright. */
export const changeSources = ['dashboard', 'api', 'cli', 'pull-request', 'git'] as const
export type ChangeSource = (typeof changeSources)[number]

/**
 * Result of a change: how far Argo CD took it, or that a later change of the same store replaced
 * it.
 */
export const changeResults = ['Committed', 'Synced', 'Live', 'Superseded'] as const
export type ChangeResult = (typeof changeResults)[number]

/** Effect of a change on a running store, as far as it follows from the rendered files. */
export const effectCodes = [
  'data_upgraded',
  'volumes_grow',
  'address_changes',
  'database_restarts',
  'shop_restarts',
  'set_up_runs',
  'backup_runs',
] as const
export type EffectCode = (typeof effectCodes)[number]

/** Steps that can be run again. See `Retry` in `store-patch.ts`. */
export const retries = ['init', 'credentials', 'adminReset', 'backup'] as const

/**
 * Routes, headers and members of the HTTP API. The dashboard and the CLI replace a hint that
 * contains one of them by a hint in their own terms.
 */
export const API_WORDS =
  /\/api\/v1|errors\[\]|\b(?:GET|POST|PATCH|If-Match|ETag|Idempotency-Key|Content-Type|Allow header|Authorization)\b|\bmode [a-z]+-[a-z]+|\b[a-z]+[A-Z]\w*[:=]/

/**
 * Result of a check. `warn`: it works, with a risk or a delay. `skip`: there was nothing to check.
 */
export const checkLevels = ['ok', 'warn', 'skip', 'fail'] as const
export type CheckLevel = (typeof checkLevels)[number]
