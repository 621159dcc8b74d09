import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { endpoints } from '../contract/endpoints.ts'
import { acceptRewrite } from '../operations/accept-rewrite.ts'
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

/** What concerns the stores repo as a whole. */
export function repositoryRoutes(deps: AppDeps) {
  const routes = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  routes.use(accept.path, jsonBody)
  routes.openapi(accept, async (c) =>
    c.json(await acceptRewrite(deps, c.req.valid('json'), requesterOf(c)), 200, {
      'Cache-Control': 'no-store',
    }),
  )
  return routes
}
