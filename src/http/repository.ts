import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { endpoints } from '../contract/endpoints.ts'
import { acceptRewrite } from '../operations/accept-rewrite.ts'
import { releaseDeletions } from '../operations/release-deletions.ts'
import { CHANGE_CODES } from './changes.ts'
import type { AppDeps, AppEnv } from './env.ts'
import { jsonBody } from './middleware/json-body.ts'
import { requesterOf } from './requester.ts'
import { at, json, problems, refuseInvalid } from './route.ts'

const accept = createRoute({
  ...at('acceptRewrite'),
  summary: 'Leave read-only mode: take a rewritten branch of the stores repo as the truth',
  request: { body: { required: true, content: json(endpoints.acceptRewrite.body) } },
  responses: {
    200: { description: 'Writes go on', content: json(endpoints.acceptRewrite.reply) },
    ...problems(
      'invalid_json',
      'invalid_request',
      'unsupported_media_type',
      'body_too_large',
      'csrf_rejected',
      'conflict',
      'git_unavailable',
      'git_auth',
      'git_timeout',
    ),
  },
})

const release = createRoute({
  ...at('releaseDeletions'),
  summary: 'Let pushed deletions pass that are held because too many stores would go',
  request: { body: { required: true, content: json(endpoints.releaseDeletions.body) } },
  responses: {
    200: { description: 'Rendered', content: json(endpoints.releaseDeletions.reply) },
    ...problems(...CHANGE_CODES, 'mass_delete_brake'),
  },
})

/** What concerns the stores repo as a whole. */
export function repositoryRoutes(deps: AppDeps) {
  const routes = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  for (const { path } of [accept, release]) routes.use(path, jsonBody)
  routes.openapi(accept, async (c) =>
    c.json(await acceptRewrite(deps, c.req.valid('json'), requesterOf(c)), 200, {
      'Cache-Control': 'no-store',
    }),
  )
  routes.openapi(release, async (c) =>
    c.json(await releaseDeletions(deps, c.req.valid('json'), requesterOf(c)), 200, {
      'Cache-Control': 'no-store',
    }),
  )
  return routes
}
