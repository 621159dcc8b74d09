import { endpoints } from '../contract/endpoints.ts'
import { SummaryQuery } from '../contract/summary.ts'
import { getSummary } from '../operations/get-summary.ts'
import type { RouteDeps } from './env.ts'
import { json, operation } from './route.ts'
import type { Router } from './router.ts'
import { viewOf } from './view.ts'

const summary = operation('getSummary', {
  summary: 'Count the stores by health, sync, phase, plan, team, release and generator',
  request: { query: SummaryQuery },
  responses: {
    200: { description: 'Counts', content: json(endpoints.getSummary.reply) },
  },
})

/** Mounts the counts over all stores. */
export function summaryRoutes(router: Router, deps: RouteDeps): void {
  router.operation(summary, (c) =>
    c.json(getSummary(viewOf(c, deps), c.req.valid('query')), 200, { 'Cache-Control': 'no-store' }),
  )
}
