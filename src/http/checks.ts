import { z } from '@hono/zod-openapi'
import { endpoints } from '../contract/endpoints.ts'
import { NoQuery } from '../contract/store-query.ts'
import { StoreError } from '../domain/errors.ts'
import type { RouteDeps } from './env.ts'
import { json, operation } from './route.ts'
import type { Router } from './router.ts'

const list = operation('listChecks', {
  summary: 'List the latest result of every check of what this server needs from outside',
  request: { query: NoQuery },
  responses: {
    200: { description: 'Each result with its fix', content: json(endpoints.listChecks.reply) },
  },
})

const run = operation('runCheck', {
  summary: 'Run one check now',
  request: { params: z.object({ name: z.string().max(60) }), query: NoQuery },
  responses: {
    200: {
      description: 'The result, whether it passed or not',
      content: json(endpoints.runCheck.reply),
    },
  },
  codes: ['check_not_found'],
})

/** Mounts the checks of the connections to Git and Argo CD. */
export function checkRoutes(router: Router, { checks }: RouteDeps): void {
  router.operation(list, async (c) =>
    c.json([...(await checks.all())], 200, { 'Cache-Control': 'no-store' }),
  )
  router.operation(run, async (c) => {
    const check = await checks.run(c.req.valid('param').name)
    if (check === null) throw new StoreError('check_not_found', 'no such check')
    return c.json(check, 200, { 'Cache-Control': 'no-store' })
  })
}
