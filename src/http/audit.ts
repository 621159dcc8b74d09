import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { AuditQuery } from '../contract/audit.ts'
import { endpoints } from '../contract/endpoints.ts'
import { auditCsv, listAudit } from '../operations/list-audit.ts'
import type { AppDeps, AppEnv } from './env.ts'
import { at, json, problems, refuseInvalid } from './route.ts'

const audit = createRoute({
  ...at('listAudit'),
  summary: 'Changes of all stores and of the platform, newest first, of any age',
  request: { query: AuditQuery },
  responses: {
    200: {
      description: 'One page, Link tells of the next; with format=csv everything that matches',
      content: { ...json(endpoints.listAudit.reply), 'text/csv': { schema: z.string() } },
    },
    ...problems('commit_not_found', 'invalid_query', 'git_unavailable'),
  },
})

/** The history of everything. */
export function auditRoutes(deps: AppDeps) {
  const routes = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  routes.openapi(audit, async (c) => {
    const query = c.req.valid('query')
    const { changes, next } = await listAudit(deps, query)
    if (next !== null) {
      const url = new URL(c.req.url)
      url.searchParams.set('cursor', next)
      c.header('Link', `<${url.pathname}${url.search}>; rel="next"`)
    }
    c.header('Cache-Control', 'no-store')
    if (query.format === 'json') return c.json([...changes], 200)
    return c.body(auditCsv(changes), 200, {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': 'attachment; filename="audit.csv"',
    })
  })
  return routes
}
