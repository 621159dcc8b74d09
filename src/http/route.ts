import { createRoute, type RouteConfig, z } from '@hono/zod-openapi'
import { type Endpoints, endpoints } from '../contract/endpoints.ts'
import { type OperationId, paths, type Permission } from '../contract/paths.ts'
import { Problem } from '../contract/problem.ts'
import type { StoreErrorCode } from '../domain/errors.ts'
import { MAX_BODY_BYTES } from './middleware/json-body.ts'
import { PROBLEMS } from './problem-rows.ts'

declare const described: unique symbol

/**
 * A route of openapi.json, created by {@link operation}. `Router.operation` accepts no other type.
 */
export type Operation = RouteConfig & {
  readonly operationId: OperationId
  readonly [described]: true
}

/** Input of {@link operation}. Method, path and permission come from `contract/paths.ts`. */
export interface Description {
  readonly summary: string
  /** @default false */
  readonly deprecated?: boolean
  readonly request: {
    /** A strict object, so that an unknown parameter returns 400 `invalid_query`. */
    readonly query: z.ZodObject
    readonly params?: z.ZodObject
    readonly headers?: z.ZodObject
    /** Comes from `contract/endpoints.ts` if it is defined there. */
    readonly body?: { readonly required: true; readonly content: RouteContent }
  }
  readonly responses: RouteConfig['responses']
  /** Codes of refusals in addition to those that this function derives. */
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
 * Describes one operation. Its row of `contract/paths.ts` gives method, path, permission and
 * effect. The responses for refused input are added.
 * @throws Error if a schema accepts unknown keys
 */
export function operation<Id extends OperationId, const Of extends Description>(
  id: Id,
  { summary, deprecated, request, responses, codes = [] }: Of,
): Described<Id, Of> {
  const [method, path, permission] = paths[id]
  requireStrict(id, request.query)
  if (request.body !== undefined) requireStrict(id, request.body.content['application/json'].schema)
  const route = createRoute({
    operationId: id,
    method,
    path,
    summary,
    ...(deprecated === true ? { deprecated } : {}),
    request,
    responses: {
      ...responses,
      ...problems(...accessCodes(permission), ...inputCodes(method, request), ...codes),
    },
  } as RouteConfig)
  return route as unknown as Described<Id, Of>
}

interface BodyOfOperation<Id extends OperationId> {
  readonly required: true
  readonly content: { readonly 'application/json': { readonly schema: Endpoints[Id]['body'] } }
}

/** The request body of an operation, from `contract/endpoints.ts`. */
export function bodyOf<Id extends OperationId>(id: Id): BodyOfOperation<Id> {
  return { required: true, content: { 'application/json': { schema: endpoints[id].body } } }
}

export function json<T extends z.ZodType>(schema: T) {
  return { 'application/json': { schema } }
}

/** Maximum body size of an operation. */
export const maxBodyBytes = (_id: OperationId): number => MAX_BODY_BYTES

/** Codes for a refused query, body or header. */
function inputCodes(method: string, { body }: Description['request']): StoreErrorCode[] {
  return [
    ...(['invalid_query', 'invalid_request'] as const),
    ...(method === 'get' ? [] : (['csrf_rejected', 'body_too_large'] as const)),
    ...(body === undefined
      ? []
      : (['invalid_json', 'unsupported_media_type', 'password_not_accepted'] as const)),
  ]
}

/** Codes of a request whose sender is unknown or may not do this. */
function accessCodes(permission: Permission): StoreErrorCode[] {
  if (permission === 'public') return []
  const known = ['unauthenticated', 'too_many_attempts', 'rate_limited'] as const
  return permission === 'identity' ? [...known] : [...known, 'forbidden']
}

/** zod silently drops unknown keys of other objects instead of refusing them. */
export function requireStrict(id: string, schema: z.ZodType): void {
  const { catchall } = (schema as Partial<z.ZodObject>).def ?? {}
  if ((catchall as z.ZodType | undefined)?.def.type === 'never') return
  throw new Error(`${id}: the schema must be a strict object`)
}

/** Codes that every route can return. */
const EVERYWHERE: readonly StoreErrorCode[] = ['host_rejected', 'internal', 'not_ready']

/** Codes that every write can return. */
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

/** Codes that every create of a store can return. */
export const CREATE_CODES: readonly StoreErrorCode[] = [
  'name_taken',
  'name_quarantined',
  'name_reserved',
  'engine_not_available',
  'invalid_store',
  'store_limit_reached',
  ...WRITE_CODES,
]

/** Codes that every deletion of a store can return. */
export const DELETE_CODES: readonly StoreErrorCode[] = [
  'store_not_found',
  'lifecycle_conflict',
  'mass_delete_brake',
  'store_modified',
  'invalid_store',
  'generator_outdated',
  ...WRITE_CODES,
]

/** Codes that every change of a declared store can return. */
export const CHANGE_CODES: readonly StoreErrorCode[] = [
  'invalid_json',
  'invalid_request',
  'invalid_query',
  'password_not_accepted',
  'store_not_found',
  'store_modified',
  'lifecycle_conflict',
  'precondition_failed',
  'invalid_store',
  'grow_only',
  'store_limit_reached',
  'generator_outdated',
  ...WRITE_CODES,
]

/** Problem responses of a route, one per status with its codes. */
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

/**
 * `{name}` in a path. It accepts any text, so that an impossible name returns 404 instead of 400.
 */
export const NameParameter = z.object({ name: z.string().max(200) })
