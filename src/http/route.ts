import { createRoute, type RouteConfig, z } from '@hono/zod-openapi'
import { type Endpoints, endpoints } from '../contract/endpoints.ts'
import { type OperationId, paths } from '../contract/paths.ts'
import { Problem } from '../contract/problem.ts'
import type { StoreErrorCode } from '../domain/errors.ts'
import { MAX_BODY_BYTES } from './middleware/json-body.ts'
import { PROBLEMS } from './problem.ts'

declare const described: unique symbol

/** A route of openapi.json, made by {@link operation}; `Router.operation` takes no other. */
export type Operation = RouteConfig & {
  readonly operationId: OperationId
  readonly [described]: true
}

/** What {@link operation} takes beside method, path and permission, which stand in `contract/paths.ts`. */
export interface Description {
  readonly summary: string
  readonly request: {
    /** A strict object: an unknown parameter is 400 `invalid_query`. */
    readonly query: z.ZodObject
    readonly params?: z.ZodObject
    readonly headers?: z.ZodObject
    /** Taken from `contract/endpoints.ts` where that has a body. */
    readonly body?: { readonly required: true; readonly content: RouteContent }
  }
  readonly responses: RouteConfig['responses']
  /** Codes of refusals beside those that the helper knows of. */
  readonly codes?: readonly StoreErrorCode[]
}

type RouteContent = { readonly 'application/json': { readonly schema: z.ZodType } }

type Described<Id extends OperationId, Of extends Description> = {
  readonly operationId: Id
  readonly method: (typeof paths)[Id][0]
  readonly path: (typeof paths)[Id][1]
  readonly request: Of['request']
  readonly responses: Of['responses']
  readonly [described]: true
}

/**
 * Describes one operation: its row of `contract/paths.ts` gives method, path, permission and effect; responses for the refusals
 * of its inputs are added.
 * @throws Error a schema that lets unknown keys pass
 */
export function operation<Id extends OperationId, const Of extends Description>(
  id: Id,
  { summary, request, responses, codes = [] }: Of,
): Described<Id, Of> {
  const [method, path] = paths[id]
  requireStrict(id, request.query)
  if (request.body !== undefined) requireStrict(id, request.body.content['application/json'].schema)
  const route = createRoute({
    ...{ operationId: id, method, path, summary, request },
    responses: { ...responses, ...problems(...inputCodes(method, request), ...codes) },
  } as RouteConfig)
  return route as unknown as Described<Id, Of>
}

interface BodyOfOperation<Id extends OperationId> {
  readonly required: true
  readonly content: { readonly 'application/json': { readonly schema: Endpoints[Id]['body'] } }
}

/** Body of an operation as `contract/endpoints.ts` has it. */
export function bodyOf<Id extends OperationId>(id: Id): BodyOfOperation<Id> {
  return { required: true, content: { 'application/json': { schema: endpoints[id].body } } }
}

export function json<T extends z.ZodType>(schema: T) {
  return { 'application/json': { schema } }
}

/** Largest body of an operation. */
export const maxBodyBytes = (_id: OperationId): number => MAX_BODY_BYTES

/** Codes with which the query, the body and the headers of a request can be refused. */
function inputCodes(method: string, { body }: Description['request']): StoreErrorCode[] {
  return [
    ...(['invalid_query', 'invalid_request'] as const),
    ...(method === 'get' ? [] : (['csrf_rejected', 'body_too_large'] as const)),
    ...(body === undefined
      ? []
      : (['invalid_json', 'unsupported_media_type', 'password_not_accepted'] as const)),
  ]
}

/** zod drops unknown keys of any other object, and what is dropped is not refused. */
export function requireStrict(id: string, schema: z.ZodType): void {
  const { catchall } = (schema as Partial<z.ZodObject>).def ?? {}
  if ((catchall as z.ZodType | undefined)?.def.type === 'never') return
  throw new Error(`${id}: the schema must be a strict object`)
}

/** Codes that any route can answer with. */
const EVERYWHERE: readonly StoreErrorCode[] = ['host_rejected', 'internal', 'not_ready']

/** Codes that any write can answer with. */
export const WRITE_CODES: readonly StoreErrorCode[] = [
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
function problems(...codes: readonly StoreErrorCode[]): RouteConfig['responses'] {
  const byStatus = new Map<number, StoreErrorCode[]>()
  for (const code of [...new Set([...codes, ...EVERYWHERE])].toSorted()) {
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
  )
}

/** `{name}` in a path; any text, so that a name no store can have is 404 and not 400. */
export const NameParameter = z.object({ name: z.string().max(200) })
