import { z } from '@hono/zod-openapi'
import { AuditQuery } from '../contract/audit.ts'
import { endpoints } from '../contract/endpoints.ts'
import { auditCsv, listAudit } from '../operations/list-audit.ts'
import type { RouteDeps } from './env.ts'
import { json, operation } from './route.ts'
import type { Router } from './router.ts'
import { viewOf } from './view.ts'

const audit = operation('listAudit', {
  summary: 'List the changes of all stores and of the platform, newest first',
  request: { query: AuditQuery },
  responses: {
    200: {
      description: 'One page; the Link header names the next. With format=csv every match',
      content: { ...json(endpoints.listAudit.reply), 'text/csv': { schema: z.string() } },
    },
  },
  codes: ['commit_not_found', 'git_unavailable'],
})

/** Mounts the audit log of the whole stores repo. */
export function auditRoutes(router: Router, deps: RouteDeps): void {
  router.operation(audit, async (c) => {
    const query = c.req.valid('query')
    const { changes, next } = await listAudit(viewOf(c, deps), query)
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
}
