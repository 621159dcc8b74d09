import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { endpoints } from '../contract/endpoints.ts'
import { TeamName } from '../contract/names.ts'
import type { OperationId } from '../contract/paths.ts'
import { StoreError, type StoreErrorCode } from '../domain/errors.ts'
import type { Changed, StoreRequest } from '../operations/change-store.ts'
import { rerenderStore } from '../operations/rerender-store.ts'
import { restoreStore } from '../operations/restore-store.ts'
import { retryStore } from '../operations/retry-store.ts'
import { resumeStore, suspendStore } from '../operations/suspend-store.ts'
import { updateStore } from '../operations/update-store.ts'
import type { AppDeps, AppEnv } from './env.ts'
import { jsonBody } from './middleware/json-body.ts'
import { idempotencyOf, requesterOf } from './requester.ts'
import { at, json, NameParameter, problems, refuseInvalid, WRITE_CODES } from './route.ts'
import { serverTiming } from './server-timing.ts'
import { teamOf } from './stores.ts'

/** Codes that every change of a declared store can answer with. */
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

type ChangeId = Extract<
  OperationId,
  'updateStore' | 'suspendStore' | 'resumeStore' | 'restoreStore' | 'retryStore' | 'renderStore'
>

function change<Id extends ChangeId, Body extends z.ZodType>(
  id: Id,
  body: Body,
  summary: string,
  ...more: StoreErrorCode[]
) {
  return createRoute({
    ...at(id),
    summary,
    request: {
      params: NameParameter,
      query: z.object({ team: TeamName.optional(), namespace: TeamName.optional() }),
      headers: z.object({ 'if-match': z.string().max(200).optional() }),
      body: { required: true, content: json(body) },
    },
    responses: {
      200: { description: 'In Git, or so already', content: json(endpoints.updateStore.reply) },
      ...problems(...CHANGE_CODES, ...more),
    },
  })
}

const update = change(
  'updateStore',
  endpoints.updateStore.body,
  'Change a store',
  'precondition_required',
)
const suspend = change(
  'suspendStore',
  endpoints.suspendStore.body,
  'Stop a store and keep everything',
)
const resume = change('resumeStore', endpoints.resumeStore.body, 'Take a suspended store up again')
const restore = change(
  'restoreStore',
  endpoints.restoreStore.body,
  'Take a deleted store back, or call its purge off',
)
const retry = change(
  'retryStore',
  endpoints.retryStore.body,
  'Run set-up, a rotation or a backup once more',
)
const render = change('renderStore', endpoints.renderStore.body, 'Render again, over hand edits')

/** Everything that changes a store which exists. */
export function changeRoutes(deps: AppDeps) {
  const routes = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  for (const route of [suspend, resume, restore, retry, render]) {
    routes.use(route.getRoutingPath(), jsonBody)
  }
  routes.use(update.getRoutingPath(), async (c, next) =>
    c.req.method === 'PATCH' ? jsonBody(c, next) : next(),
  )

  routes.openapi(update, async (c) => {
    const patch = c.req.valid('json')
    const request = requestOf(c, c.req.valid('query'), c.req.valid('param').name, patch)
    if (deps.requireIfMatch && request.ifMatch === undefined) {
      throw new StoreError('precondition_required', 'a change needs If-Match')
    }
    const options = await optionsOf(c, patch)
    return answer(c, await updateStore(deps, request, patch, requesterOf(c), options))
  })

  for (const [route, operation] of [
    [suspend, suspendStore],
    [resume, resumeStore],
    [restore, restoreStore],
    [render, rerenderStore],
  ] as const) {
    routes.openapi(route, async (c) => {
      const body = c.req.valid('json')
      const request = requestOf(c, c.req.valid('query'), c.req.valid('param').name, body)
      return answer(c, await operation(deps, request, requesterOf(c), await optionsOf(c, body)))
    })
  }

  routes.openapi(retry, async (c) => {
    const body = c.req.valid('json')
    const request = requestOf(c, c.req.valid('query'), c.req.valid('param').name, body)
    const options = await optionsOf(c, body)
    return answer(c, await retryStore(deps, request, body.what, requesterOf(c), options))
  })
  return routes
}

interface Said {
  readonly reason?: string | undefined
  readonly ticket?: string | undefined
}

/** Which store, in which version, and why. */
export function requestOf(
  c: Context<AppEnv>,
  query: Parameters<typeof teamOf>[0],
  name: string,
  { reason, ticket }: Said,
): StoreRequest {
  const team = teamOf(query)
  const ifMatch = c.req.header('If-Match')
  return {
    name,
    ...(team === undefined ? {} : { team }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(reason === undefined ? {} : { reason }),
    ...(ticket === undefined ? {} : { ticket }),
  }
}

/** @throws StoreError `invalid_request` for an unusable Idempotency-Key */
export async function optionsOf(c: Context<AppEnv>, body: unknown) {
  const idempotency = await idempotencyOf(c, body)
  return idempotency === undefined ? {} : { idempotency }
}

function answer(c: Context<AppEnv>, { store, landed, warnings }: Changed) {
  if (landed.outcome === 'replayed') c.header('Idempotency-Replayed', 'true')
  c.header('Server-Timing', serverTiming(landed))
  return c.json({ ...store, warnings: [...warnings] }, 200, {
    ETag: store.etag,
    'Cache-Control': 'no-store',
  })
}
