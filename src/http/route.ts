import { z } from '@hono/zod-openapi'
import { paths, type OperationId } from '../contract/paths.ts'
import { Problem, problemDetails } from '../contract/problem.ts'
import { StoreError, type StoreErrorCode } from '../domain/errors.ts'
import { PROBLEMS } from './problem.ts'

/** Method and path of an operation, as `createRoute` wants them. */
export function at<Id extends OperationId>(operationId: Id) {
  const [method, path] = paths[operationId]
  return { operationId, method, path } as {
    operationId: Id
    method: (typeof paths)[Id][0]
    path: (typeof paths)[Id][1]
  }
}

export function json<T extends z.ZodType>(schema: T) {
  return { 'application/json': { schema } }
}

/** Codes that any route can answer with. */
const EVERYWHERE: readonly StoreErrorCode[] = ['host_rejected', 'internal', 'not_ready']

/** Codes that any write can answer with. */
export const WRITE_CODES: readonly StoreErrorCode[] = [
  'csrf_rejected',
  'unsupported_media_type',
  'body_too_large',
  'idempotency_in_flight',
  'idempotency_key_reused',
  'policy_rejected',
  'conflict',
  'git_unavailable',
  'git_auth',
  'git_timeout',
  'remote_locked',
  'storage_full',
  'writer_busy',
  'history_rewritten',
  'shutting_down',
]

/** Responses of a route that are problems, one per status, each naming its codes. */
export function problems(...codes: readonly StoreErrorCode[]) {
  const byStatus = new Map<number, StoreErrorCode[]>()
  for (const code of [...codes, ...EVERYWHERE].toSorted()) {
    const { status } = PROBLEMS[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: list.join(' · '),
        content: { 'application/problem+json': { schema: Problem } },
      },
    ]),
  ) as object
}

/** What zod-openapi calls when parameters or a body do not fit their schema. */
export function refuseInvalid(
  result: { success: true } | { success: false; error: z.ZodError; target: string },
): void {
  if (result.success) return
  const inBody = result.target === 'json'
  throw new StoreError(
    inBody ? 'invalid_request' : 'invalid_query',
    inBody ? 'the body does not fit the schema' : 'a parameter does not fit the schema',
    { errors: problemDetails(result.error) },
  )
}

/** `{name}` in a path; any text, so that a name no store can have is 404 and not 400. */
export const NameParameter = z.object({ name: z.string().max(200) })
