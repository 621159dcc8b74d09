import { healths, syncs } from '../contract/words.ts'

/** How a call to the Git host ended. `done`: it succeeded. `lost`: another push was first. */
export const gitResults = [
  'done',
  'lost',
  'locked',
  'policy',
  'ref_gone',
  'auth',
  'unavailable',
  'storage',
  'timeout',
  'unclassified',
] as const
export type GitResult = (typeof gitResults)[number]

/** Why the Git cache was cloned again. */
export const rebuildCauses = ['start', 'unreadable', 'damaged', 'unknown_failure', 'stuck'] as const
export type RebuildCause = (typeof rebuildCauses)[number]

/** How the reconciler left a store that it examined. */
export const reconcileResults = [
  'settled',
  'rendered',
  'failed',
  'invalid',
  'refused',
  'modified',
  'newer',
] as const

/** Parts of the way from a request to a running store. */
export const stages = [
  'request_to_commit',
  'commit_to_observed',
  'observed_to_synced',
  'synced_to_ready',
] as const
export type Stage = (typeof stages)[number]

/** Hosts whose clocks are compared with ours, once they have answered. */
export const clockHosts = ['git_host', 'argo_cd'] as const

/** Reasons for which no write can succeed. */
export const blockReasons = [
  'git_unavailable',
  'git_auth',
  'history_rewritten',
  'not_ready',
] as const

/**
 * A label whose values are not listed here: a plan of platform.yaml, a route, a status code or a
 * version.
 */
const FEW = 'few'
/** The values of a label, or {@link FEW}. */
type Values = readonly string[] | typeof FEW

export interface Measure {
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** One sentence, with the unit unless the name has it. */
  readonly help: string
  /** Values by label. Never a store, a team or a person. */
  readonly labels: Readonly<Record<string, Values>>
  /** Upper bounds of a histogram, ascending. */
  readonly buckets?: readonly number[]
}

const STAGE_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640]

/**
 * Everything that this server measures, by name. Each label has a fixed set of values or one that
 * the platform bounds, so the number of stores does not change the number of series.
 */
export const measures = {
  store_created_total: {
    type: 'counter',
    help: 'Stores that this server wrote for the first time.',
    labels: {},
  },
  store_deletion_total: {
    type: 'counter',
    help: 'Stores that this server deleted. A store that is restored stays counted.',
    labels: {},
  },
  store_provisioning_seconds: {
    type: 'histogram',
    help: 'Time from the commit that created a store to the first moment it was Ready.',
    labels: {},
    buckets: [5, 10, 20, 40, 80, 160, 320, 640],
  },
  storewright_stage_duration_seconds: {
    type: 'histogram',
    help: 'Time that changes spent in one stage.',
    labels: { stage: stages },
    buckets: STAGE_BUCKETS,
  },
  storewright_stores: {
    type: 'gauge',
    help: 'Stores that are not deleted, by what Argo CD reports.',
    labels: { health: healths, sync: syncs, plan: FEW },
  },
  storewright_invalid_stores: {
    type: 'gauge',
    help: 'Stores whose store.yaml does not parse or breaks a rule.',
    labels: {},
  },
  storewright_modified_stores: {
    type: 'gauge',
    help: 'Stores whose rendered files were edited by hand.',
    labels: {},
  },
  storewright_lost_acked_stores: {
    type: 'gauge',
    help: 'Stores that were written and are missing or stale on the branch. Must be 0.',
    labels: {},
  },
  storewright_git_commits_total: {
    type: 'counter',
    help: 'Commits in pushes of this server, by the result of the push.',
    labels: { result: gitResults },
  },
  storewright_git_push_duration_seconds: {
    type: 'histogram',
    help: 'Duration of pushes, whatever their result.',
    labels: {},
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16],
  },
  storewright_git_push_attempts: {
    type: 'histogram',
    help: 'Pushes that a change needed until it was on the branch.',
    labels: {},
    buckets: [1, 2, 3, 5, 10, 20],
  },
  storewright_git_batch_size: {
    type: 'histogram',
    help: 'Commits in one push.',
    labels: {},
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
  },
  storewright_git_host_calls_total: {
    type: 'counter',
    help: 'Calls to the Git host, by what was called and by result.',
    labels: { call: ['fetch', 'push', 'clone'], result: gitResults },
  },
  storewright_git_cache_rebuilds_total: {
    type: 'counter',
    help: 'Times that the Git cache was set aside and cloned again.',
    labels: { cause: rebuildCauses },
  },
  storewright_git_fetch_age_seconds: {
    type: 'gauge',
    help: 'Time since the branch was last fetched. +Inf before the first fetch.',
    labels: {},
  },
  storewright_writes_blocked: {
    type: 'gauge',
    help: '1 while no write can succeed for this reason.',
    labels: { reason: blockReasons },
  },
  storewright_read_only: {
    type: 'gauge',
    help: '1 while the branch is rewritten and no admin has accepted that.',
    labels: {},
  },
  storewright_queue_depth: {
    type: 'gauge',
    help: 'Changes that wait for a push.',
    labels: {},
  },
  storewright_reconcile_total: {
    type: 'counter',
    help: 'Stores that the reconciler examined, by result.',
    labels: { result: reconcileResults },
  },
  storewright_held_deletions: {
    type: 'gauge',
    help: 'Pushed deletions that the limit on mass deletions holds back.',
    labels: {},
  },
  storewright_argocd_watch_age_seconds: {
    type: 'gauge',
    help: 'Time since Argo CD last reported. +Inf before its first report.',
    labels: {},
  },
  storewright_clock_skew_seconds: {
    type: 'gauge',
    help: 'Seconds by which the clock of this server is ahead of that of a host.',
    labels: { host: clockHosts },
  },
  storewright_token_expiry_seconds: {
    type: 'gauge',
    help: 'Time until the next token expires. +Inf if none does.',
    labels: {},
  },
  storewright_logins_total: {
    type: 'counter',
    help: 'Sign-ins and refused credentials, by kind and result.',
    labels: {
      kind: ['token', 'git_serve', 'oidc'],
      result: ['ok', 'wrong', 'expired', 'too_many', 'denied', 'unavailable'],
    },
  },
  storewright_ratelimit_fallback_total: {
    type: 'counter',
    help: 'Requests that were counted here because Redis did not answer.',
    labels: {},
  },
  storewright_sse_clients: {
    type: 'gauge',
    help: 'Open event streams.',
    labels: {},
  },
  storewright_sse_resyncs_total: {
    type: 'counter',
    help: 'Streams that resumed too late and had to load the snapshot again.',
    labels: {},
  },
  storewright_build_info: {
    type: 'gauge',
    help: 'Always 1. Its labels are the versions of this server and of Node.',
    labels: { version: FEW, node: FEW },
  },
  http_server_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from a request to the headers of its response.',
    labels: {
      http_request_method: FEW,
      http_route: FEW,
      http_response_status_code: FEW,
    },
    // Source: OpenTelemetry semantic conventions, http.server.request.duration.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  },
} as const satisfies Readonly<Record<string, Measure>>

export type MeasureName = keyof typeof measures

/** Every combination of the listed values of a measure's labels. Empty if a label has no list. */
export function combinations(
  labels: Measure['labels'],
): readonly Readonly<Record<string, string>>[] {
  return Object.entries(labels).reduce<readonly Readonly<Record<string, string>>[]>(
    (all, [label, values]) =>
      values === FEW
        ? []
        : all.flatMap((one) => values.map((value) => ({ ...one, [label]: value }))),
    [{}],
  )
}
