import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { endpoints } from '../contract/endpoints.ts'
import { TeamName } from '../contract/names.ts'
import { revertChange } from '../operations/revert-change.ts'
import { CHANGE_CODES, optionsOf, requestOf } from './changes.ts'
import type { AppDeps, AppEnv } from './env.ts'
import { jsonBody } from './middleware/json-body.ts'
import { requesterOf } from './requester.ts'
import { at, json, NameParameter, problems, refuseInvalid } from './route.ts'
import { serverTiming } from './server-timing.ts'

const revert = createRoute({
  ...at('revertChange'),
  summary: 'Take one change back, or make the store what it was at a commit',
  request: {
    params: NameParameter,
    query: z.object({ team: TeamName.optional(), namespace: TeamName.optional() }),
    headers: z.object({ 'if-match': z.string().max(200).optional() }),
    body: { required: true, content: json(endpoints.revertChange.body) },
  },
  responses: {
    200: {
      description: 'In Git; with dryRun what would be',
      content: json(endpoints.revertChange.reply),
    },
    ...problems(...CHANGE_CODES, 'commit_not_found', 'revert_conflict', 'revert_crosses_schema'),
  },
})

/** Reverts of a store's changes. */
export function revertRoutes(deps: AppDeps) {
  const routes = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  routes.use(revert.getRoutingPath(), jsonBody)
  routes.openapi(revert, async (c) => {
    const body = c.req.valid('json')
    const request = requestOf(c, c.req.valid('query'), c.req.valid('param').name, body)
    const options = await optionsOf(c, body)
    const { reverted, landed } = await revertChange(deps, request, body, requesterOf(c), options)
    if (landed?.outcome === 'replayed') c.header('Idempotency-Replayed', 'true')
    if (landed !== null) c.header('Server-Timing', serverTiming(landed))
    return c.json(reverted, 200, { ETag: reverted.store.etag, 'Cache-Control': 'no-store' })
  })
  return routes
}
