import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { endpoints } from '../contract/endpoints.ts'
import { SummaryQuery } from '../contract/summary.ts'
import { summarizeStores } from '../operations/summarize-stores.ts'
import type { AppDeps, AppEnv } from './env.ts'
import { at, json, problems, refuseInvalid } from './route.ts'

const summary = createRoute({
  ...at('getSummary'),
  summary: 'How many stores are what',
  request: { query: SummaryQuery },
  responses: {
    200: { description: 'Counts', content: json(endpoints.getSummary.reply) },
    ...problems('invalid_query'),
  },
})

/** Counts over the fleet. */
export function summaryRoutes(deps: AppDeps) {
  const routes = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  routes.openapi(summary, (c) =>
    c.json(summarizeStores(deps, c.req.valid('query')), 200, { 'Cache-Control': 'no-store' }),
  )
  return routes
}
