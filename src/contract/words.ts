/** Words of the wire that need no schema: plain data for server, CLI and browser. */

export const engines = ['woo'] as const
export type Engine = (typeof engines)[number]

/** Declared intent of a store (`lifecycle.state` of its store.yaml). */
export const lifecycles = ['active', 'suspended', 'deleted', 'purge'] as const
export type Lifecycle = (typeof lifecycles)[number]

/** Our verdict, worst first (open enum: clients must accept others). */
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

/** The seeds' four-word status, derived from phase and history. */
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

/** What a commit did to a store: trailer `Action`. */
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

/** Where a change came from: trailer `Via`, or `git` for a commit made outside. */
export const changeSources = ['dashboard', 'api', 'cli', 'pull-request', 'git'] as const
export type ChangeSource = (typeof changeSources)[number]

/** What became of a change: as far as Argo CD took it, or another change of the same store came later. */
export const changeResults = ['Committed', 'Synced', 'Live', 'Superseded'] as const
export type ChangeResult = (typeof changeResults)[number]

/** What can be run once more; see `Retry` in `store-patch.ts`. */
export const retries = ['init', 'credentials', 'adminReset', 'backup'] as const

/**
 * Routes, headers and members of the HTTP API. Dashboard and command line replace a hint that has one of them by a hint in
 * words of their own.
 */
export const API_WORDS =
  /\/api\/v1|errors\[\]|\b(?:GET|POST|PATCH|If-Match|ETag|Idempotency-Key|Content-Type|Allow header)\b|\bmode [a-z]+-[a-z]+|\b[a-z]+[A-Z]\w*[:=]/

/** Result of a check. `warn`: it works, with a risk or a delay. `skip`: there was nothing to check. */
export const checkLevels = ['ok', 'warn', 'skip', 'fail'] as const
export type CheckLevel = (typeof checkLevels)[number]
