import { z } from 'zod'

/** Closed list of problem codes. The `type` of RFC 9457 ends in the code. */
export const problemCodes = [
  'invalid_json',
  'invalid_request',
  'invalid_query',
  'password_not_accepted',
  'unauthenticated',
  'login_failed',
  'exchange_refused',
  'forbidden',
  'host_rejected',
  'csrf_rejected',
  'route_not_found',
  'store_not_found',
  'commit_not_found',
  'operation_not_found',
  'token_not_found',
  'check_not_found',
  'method_not_allowed',
  'name_taken',
  'name_quarantined',
  'conflict',
  'store_modified',
  'policy_rejected',
  'lifecycle_conflict',
  'purge_stuck',
  'revert_conflict',
  'revert_crosses_schema',
  'store_limit_reached',
  'mass_delete_brake',
  'idempotency_in_flight',
  'precondition_failed',
  'precondition_required',
  'body_too_large',
  'unsupported_media_type',
  'invalid_store',
  'name_reserved',
  'grow_only',
  'engine_not_available',
  'data_loss_unacknowledged',
  'idempotency_key_reused',
  'too_many_streams',
  'too_many_attempts',
  'rate_limited',
  'internal',
  'git_unavailable',
  'git_auth',
  'remote_locked',
  'storage_full',
  'writer_busy',
  'generator_outdated',
  'history_rewritten',
  'status_unavailable',
  'issuer_unavailable',
  'not_ready',
  'shutting_down',
  'git_timeout',
] as const

export const ProblemCode = z.enum(problemCodes).meta({ id: 'ProblemCode' })
export type ProblemCode = z.infer<typeof ProblemCode>

/**
 * One invalid member. `pointer` is an RFC 6901 fragment such as `#/plan`; `#` is the whole body.
 */
export const ProblemDetail = z
  .object({ pointer: z.string(), detail: z.string() })
  .meta({ id: 'ProblemDetail' })
export type ProblemDetail = z.infer<typeof ProblemDetail>

/**
 * `application/problem+json` (RFC 9457). `error` repeats `detail` for clients of the earlier APIs.
 */
export const Problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    error: z.string(),
    code: ProblemCode,
    hint: z.string(),
    /** Path of the page about this code on the same server. */
    docs: z.string().optional(),
    /** `urn:request:<ULID>`, the id in `X-Request-Id` and in the server's log. */
    instance: z.string(),
    errors: z.array(ProblemDetail).optional(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>

/**
 * One detail per issue of `error`, at most 100. The pointer of an unknown key names the key, not
 * its parent. Values are never repeated, and keys in pointers are cut at 64 characters.
 */
export function problemDetails(error: z.ZodError): ProblemDetail[] {
  return error.issues
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({
            pointer: pointerOf([...issue.path, key]),
            detail: 'is not a known key',
          }))
        : [{ pointer: pointerOf(issue.path), detail: issue.message }],
    )
    .slice(0, 100)
}

/** RFC 6901 in URI fragment form: `#/plan`, `#/labels/a~1b`. */
function pointerOf(path: readonly PropertyKey[]): string {
  const parts = path.map((part) =>
    String(part).slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1'),
  )
  return ['#', ...parts].join('/')
}
