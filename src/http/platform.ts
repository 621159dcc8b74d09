import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { endpoints } from '../contract/endpoints.ts'
import { NoQuery, ReadyQuery } from '../contract/store-query.ts'
import { StoreError } from '../domain/errors.ts'
import { getPlatform } from '../operations/get-platform.ts'
import type { AppDeps, AppEnv } from './env.ts'
import { at, json, problems, refuseInvalid } from './route.ts'

const platform = createRoute({
  ...at('getPlatform'),
  summary: 'Plans, releases, limits, and what is simulated or blocked',
  request: { query: NoQuery },
  responses: {
    200: { description: 'The platform', content: json(endpoints.getPlatform.reply) },
    ...problems('invalid_query'),
  },
})

const alive = createRoute({
  ...at('healthz'),
  summary: 'The process answers; no I/O',
  request: { query: NoQuery },
  responses: {
    200: { description: 'Alive', content: json(endpoints.healthz.reply) },
    ...problems('invalid_query'),
  },
})

const ready = createRoute({
  ...at('readyz'),
  summary: 'The index of the stores repo is loaded; with ?write also: writes can succeed',
  request: { query: ReadyQuery },
  responses: {
    200: { description: 'Ready', content: json(endpoints.readyz.reply) },
    ...problems('invalid_query', 'not_ready', 'git_unavailable', 'git_auth', 'history_rewritten'),
  },
})

/** The platform, and the two probes. A dead Git remote does not fail readiness: reads still work. */
export function platformRoutes(deps: AppDeps) {
  const routes = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  routes.openapi(platform, (c) => c.json(getPlatform(deps), 200, { 'Cache-Control': 'no-store' }))
  routes.openapi(alive, (c) => c.json({ status: 'alive' as const }, 200))
  routes.openapi(ready, (c) => {
    if (!deps.ready()) throw new StoreError('not_ready', 'the server is starting or stopping')
    const query = c.req.valid('query')
    const { blockedBy } = deps.repo.state()
    if (query.write !== undefined && blockedBy !== null) {
      throw new StoreError(blockedBy, 'writes cannot succeed now')
    }
    const checks = [{ name: 'git_write', ok: blockedBy === null }]
    return c.json(
      { status: 'ready' as const, ...(query.verbose === undefined ? {} : { checks }) },
      200,
    )
  })
  return routes
}
