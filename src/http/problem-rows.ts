import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { StoreErrorCode } from '../domain/errors.ts'

/** What a problem code says besides the message of the error. */
export interface Row {
  readonly status: ContentfulStatusCode
  readonly title: string
  /** How to fix it, in one sentence. */
  readonly hint: string
  /** Seconds for `Retry-After`. */
  readonly retryAfter?: number
}

/** One row per code with status, title and hint. A code without a row does not compile. */
export const PROBLEMS = {
  invalid_json: {
    status: 400,
    title: 'Invalid JSON',
    hint: 'Send one JSON object, UTF-8, nested at most 32 deep.',
  },
  invalid_request: {
    status: 400,
    title: 'Invalid request',
    hint: 'Correct the members that errors[] points at.',
  },
  invalid_query: {
    status: 400,
    title: 'Invalid query',
    hint: 'Correct the parameters that errors[] points at.',
  },
  password_not_accepted: {
    status: 400,
    title: 'Password not accepted',
    hint: 'Leave the password out: it is made in the cluster and read with kubectl.',
  },
  unauthenticated: {
    status: 401,
    title: 'Not authenticated',
    hint: 'Sign in, or send a token in the Authorization header: "Bearer <token>".',
  },
  login_failed: {
    status: 401,
    title: 'Sign-in failed',
    hint: 'Begin again at /auth/login. If it fails again, the log of the server says why.',
  },
  exchange_refused: {
    status: 401,
    title: 'Token not exchanged',
    hint: 'Correct what the detail names: the token that the job asks for, or ciBindings of the server.',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    hint: 'GET /api/v1/me lists what you may do. Ask an admin for a token with that permission.',
  },
  host_rejected: {
    status: 403,
    title: 'Host rejected',
    hint: 'The server answers the hosts localhost, 127.0.0.1 and [::1], and with authentication that of PUBLIC_URL.',
  },
  csrf_rejected: {
    status: 403,
    title: 'Cross-site request rejected',
    hint: 'Send writes from this origin, or without a browser.',
  },
  route_not_found: {
    status: 404,
    title: 'Route not found',
    hint: 'See /docs for the routes of this version.',
  },
  store_not_found: {
    status: 404,
    title: 'Store not found',
    hint: 'GET /api/v1/stores?deleted=include lists what exists.',
  },
  commit_not_found: {
    status: 404,
    title: 'Commit not found',
    hint: 'Use a full commit id from the history of this store.',
  },
  operation_not_found: {
    status: 404,
    title: 'Operation not found',
    hint: 'Operations are kept for 25 hours; older changes are in GET /api/v1/audit.',
  },
  token_not_found: {
    status: 404,
    title: 'Token not found',
    hint: 'GET /api/v1/tokens lists the ids.',
  },
  check_not_found: {
    status: 404,
    title: 'Check not found',
    hint: 'GET /api/v1/checks lists the names.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    hint: 'Use one of the methods in the Allow header.',
  },
  name_taken: { status: 409, title: 'Name taken', hint: 'Pick another name.' },
  name_quarantined: {
    status: 409,
    title: 'Name in quarantine',
    hint: 'Pick another name, or wait until the time given.',
  },
  conflict: { status: 409, title: 'Conflict', hint: 'Read the store again and repeat the change.' },
  store_modified: {
    status: 409,
    title: 'Store modified by hand',
    hint: 'Revert the hand edit of the rendered files in Git first.',
  },
  policy_rejected: {
    status: 409,
    title: 'Rejected by a policy of the Git host',
    hint: 'Ask the owner of the rules of the stores repository.',
  },
  lifecycle_conflict: {
    status: 409,
    title: 'Lifecycle conflict',
    hint: 'Check the lifecycle of the store. It does not allow this change.',
  },
  purge_stuck: {
    status: 409,
    title: 'Purge is stuck',
    hint: 'Look at the store in Argo CD, or purge it again with acknowledgeDataLoss: true.',
  },
  revert_conflict: {
    status: 409,
    title: 'Revert conflict',
    hint: 'Revert the later change first, or use mode restore-to with the commit before this one.',
  },
  revert_crosses_schema: {
    status: 409,
    title: 'Revert crosses a database upgrade',
    hint: 'Roll forward to a newer release, or restore the dump that was made before the upgrade.',
  },
  store_limit_reached: {
    status: 409,
    title: 'Store limit reached',
    hint: 'Delete a store, or raise the limit in platform.yaml.',
  },
  mass_delete_brake: {
    status: 409,
    title: 'Mass deletion',
    hint: 'Wait until fewer stores were deleted within the window, or send a reason and allowMassDelete=<count>.',
  },
  idempotency_in_flight: {
    status: 409,
    title: 'Request in flight',
    hint: 'Wait for the answer of the first request with this key.',
  },
  precondition_failed: {
    status: 412,
    title: 'Precondition failed',
    hint: 'Read the store again and send its ETag.',
  },
  precondition_required: {
    status: 428,
    title: 'Precondition required',
    hint: 'Read the store and send its ETag as If-Match, or If-Match: * to change whatever is there.',
  },
  body_too_large: { status: 413, title: 'Body too large', hint: 'Send at most 64 KiB.' },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    hint: 'Send Content-Type: application/json without Content-Encoding.',
  },
  invalid_store: { status: 422, title: 'Invalid store', hint: 'Correct what errors[] points at.' },
  grow_only: {
    status: 422,
    title: 'Only grows',
    hint: 'Use the current size or more, and a release with the same or newer versions.',
  },
  name_reserved: { status: 422, title: 'Name reserved', hint: 'Pick another name.' },
  engine_not_available: { status: 422, title: 'Engine not available', hint: 'Use engine "woo".' },
  data_loss_unacknowledged: {
    status: 422,
    title: 'Data loss not acknowledged',
    hint: 'Send acknowledgeDataLoss: true if the data of this store may be deleted permanently.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'Idempotency key reused',
    hint: 'Use a new key for another request.',
  },
  rate_limited: {
    status: 429,
    title: 'Rate limit exceeded',
    hint: 'Wait for the seconds in Retry-After.',
    retryAfter: 60,
  },
  too_many_attempts: {
    status: 429,
    title: 'Too many wrong credentials',
    hint: 'Wait for a minute, then send the right token.',
    retryAfter: 60,
  },
  too_many_streams: {
    status: 429,
    title: 'Too many streams',
    hint: 'Close a page or a client of yours, or poll GET /api/v1/snapshot.',
    retryAfter: 10,
  },
  internal: {
    status: 500,
    title: 'Internal error',
    hint: 'This is a bug; report it with the request id.',
  },
  git_unavailable: {
    status: 503,
    title: 'Stores repo unavailable',
    hint: 'Try again; nothing was written.',
    retryAfter: 5,
  },
  issuer_unavailable: {
    status: 503,
    title: 'Issuer of the token unavailable',
    hint: 'Try again. The log of the server says why the keys of the issuer could not be read.',
    retryAfter: 10,
  },
  git_auth: {
    status: 503,
    title: 'Stores repo refuses our credentials',
    hint: 'Renew the credential of this server for the stores repository.',
    retryAfter: 30,
  },
  remote_locked: {
    status: 503,
    title: 'Stores repo locked',
    hint: 'A stale lock on the remote must be removed by its owner.',
    retryAfter: 10,
  },
  storage_full: {
    status: 503,
    title: 'Storage full',
    hint: 'Free space where the stores repository or this server keeps its data.',
    retryAfter: 60,
  },
  writer_busy: {
    status: 503,
    title: 'Too many writes',
    hint: 'Try again with the same Idempotency-Key.',
    retryAfter: 2,
  },
  generator_outdated: {
    status: 503,
    title: 'Generator outdated',
    hint: 'This store was rendered by a newer version. Use a server of that version.',
    retryAfter: 30,
  },
  history_rewritten: {
    status: 503,
    title: 'History rewritten',
    hint: 'The stores repository was rewritten. An administrator must accept that before anything is written.',
    retryAfter: 60,
  },
  status_unavailable: {
    status: 503,
    title: 'Status unavailable',
    hint: 'See GET /api/v1/checks. What Git declares is still shown.',
    retryAfter: 10,
  },
  not_ready: {
    status: 503,
    title: 'Not ready',
    hint: 'The server is starting; try again.',
    retryAfter: 2,
  },
  shutting_down: {
    status: 503,
    title: 'Shutting down',
    hint: 'Try again; nothing was written.',
    retryAfter: 2,
  },
  git_timeout: {
    status: 504,
    title: 'Timed out',
    hint: 'Send the request again with the same Idempotency-Key. It is written only once.',
    retryAfter: 5,
  },
} as const satisfies Record<StoreErrorCode, Row>
