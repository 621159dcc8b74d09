import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { endpoints } from '../contract/endpoints.ts'
import { acceptRewrite } from '../operations/accept-rewrite.ts'
import { releaseDeletions } from '../operations/release-deletions.ts'
import { releaseName } from '../operations/release-name.ts'
import { CHANGE_CODES, optionsOf } from './changes.ts'
import type { AppDeps, AppEnv } from './env.ts'
import { jsonBody } from './middleware/json-body.ts'
import { requesterOf } from './requester.ts'
import { at, json, problems, refuseInvalid, WRITE_CODES } from './route.ts'

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

const releaseOfName = createRoute({
  ...at('releaseName'),
  summary: 'Give a name free whose store left Git without a purge',
  request: { body: { required: true, content: json(endpoints.releaseName.body) } },
  responses: {
    200: { description: 'In Git', content: json(endpoints.releaseName.reply) },
    ...problems('invalid_json', 'invalid_request', 'status_unavailable', ...WRITE_CODES),
  },
})

/** What concerns the stores repo as a whole. */
export function repositoryRoutes(deps: AppDeps) {
  const routes = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  for (const { path } of [accept, release, releaseOfName]) routes.use(path, jsonBody)
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
  routes.openapi(releaseOfName, async (c) => {
    const body = c.req.valid('json')
    const options = await optionsOf(c, body)
    const released = await releaseName(deps, body, requesterOf(c), options)
    return c.json(released, 200, { 'Cache-Control': 'no-store' })
  })
  return routes
}
