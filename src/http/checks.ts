import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { endpoints } from '../contract/endpoints.ts'
import { NoQuery } from '../contract/store-query.ts'
import { StoreError } from '../domain/errors.ts'
import type { AppDeps, AppEnv } from './env.ts'
import { at, json, problems, refuseInvalid } from './route.ts'

const list = createRoute({
  ...at('listChecks'),
  summary: 'Last result of every check of what this server needs from outside',
  request: { query: NoQuery },
  responses: {
    200: { description: 'Each with its fix', content: json(endpoints.listChecks.reply) },
    ...problems('invalid_query'),
  },
})

const run = createRoute({
  ...at('runCheck'),
  summary: 'A fresh result of one check',
  request: { params: z.object({ name: z.string().max(60) }), query: NoQuery },
  responses: {
    200: { description: 'The result, well or not', content: json(endpoints.runCheck.reply) },
    ...problems('check_not_found', 'invalid_query', 'csrf_rejected'),
  },
})

/** Connections to Git and Argo CD, checked. */
export function checkRoutes({ checks }: AppDeps) {
  const routes = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  routes.openapi(list, async (c) =>
    c.json([...(await checks.all())], 200, { 'Cache-Control': 'no-store' }),
  )
  routes.openapi(run, async (c) => {
    const check = await checks.run(c.req.valid('param').name)
    if (check === null) throw new StoreError('check_not_found', 'no such check')
    return c.json(check, 200, { 'Cache-Control': 'no-store' })
  })
  return routes
}
