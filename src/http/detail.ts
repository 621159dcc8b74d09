import { z } from '@hono/zod-openapi'
import { endpoints } from '../contract/endpoints.ts'
import { OfTeam } from '../contract/store-query.ts'
import { compact } from '../domain/compact.ts'
import { refreshStore } from '../operations/refresh-store.ts'
import { storeEvents } from '../operations/store-events.ts'
import { storeLogs } from '../operations/store-logs.ts'
import { storeResources } from '../operations/store-resources.ts'
import type { RouteDeps } from './env.ts'
import { json, NameParameter, operation } from './route.ts'
import type { Router } from './router.ts'
import { teamOf } from './store-request.ts'
import { viewOf } from './view.ts'

/** Long enough for one request to Argo CD, short enough for a person to wait. */
const DEADLINE_MS = 15_000
const NO_STORE = { 'Cache-Control': 'no-store' } as const

const resources = operation('storeResources', {
  summary: 'List the objects of a store as observed, or as declared where no source reports them',
  request: { params: NameParameter, query: OfTeam },
  responses: {
    200: { description: 'Objects', content: json(endpoints.storeResources.reply) },
  },
  codes: ['store_not_found', 'status_unavailable'],
})

const events = operation('storeEvents', {
  summary: 'List the commits of a store and its events in the cluster, newest first',
  request: {
    params: NameParameter,
    query: OfTeam.extend({ limit: z.coerce.number().int().min(1).max(500).default(100) }),
  },
  responses: {
    200: { description: 'Events', content: json(endpoints.storeEvents.reply) },
  },
  codes: ['store_not_found'],
})

const NAME = z
  .string()
  .max(253)
  .regex(/^[a-z0-9][a-z0-9.-]*$/, 'a Kubernetes name')

const logs = operation('storeLogs', {
  summary: 'Read the last log lines of one pod of a store',
  request: {
    params: NameParameter,
    query: OfTeam.extend({
      pod: NAME,
      container: NAME.optional(),
      tail: z.coerce.number().int().min(1).max(2000).default(200),
    }),
  },
  responses: {
    200: { description: 'Plain text', content: { 'text/plain': { schema: z.string() } } },
  },
  codes: ['store_not_found', 'status_unavailable'],
})

const refresh = operation('refreshStore', {
  summary: 'Make Argo CD refresh a store now; writes nothing',
  request: { params: NameParameter, query: OfTeam },
  responses: {
    202: { description: 'Refresh requested' },
  },
  codes: ['store_not_found', 'status_unavailable'],
})

/** Mounts the reads of one store's live details, which are fetched on demand. */
export function detailRoutes(router: Router, deps: RouteDeps): void {
  const storeOf = (name: string, query: Parameters<typeof teamOf>[0]) => {
    const team = teamOf(query)
    return { name, ...compact({ team }) }
  }
  const deadline = () => AbortSignal.timeout(DEADLINE_MS)

  router.operation(resources, async (c) => {
    const of = storeOf(c.req.valid('param').name, c.req.valid('query'))
    return c.json(await storeResources(viewOf(c, deps), of, deadline()), 200, NO_STORE)
  })
  router.operation(events, async (c) => {
    const query = c.req.valid('query')
    const of = { ...storeOf(c.req.valid('param').name, query), limit: query.limit }
    return c.json(await storeEvents(viewOf(c, deps), of, deadline()), 200, NO_STORE)
  })
  router.operation(logs, async (c) => {
    const query = c.req.valid('query')
    const { pod, container, tail } = query
    const of = { ...storeOf(c.req.valid('param').name, query), pod, tail }
    const text = await storeLogs(
      viewOf(c, deps),
      container === undefined ? of : { ...of, container },
      deadline(),
    )
    // Logs are untrusted text. The browser must neither sniff nor render them.
    return c.text(text, 200, { ...NO_STORE, 'X-Content-Type-Options': 'nosniff' })
  })
  router.operation(refresh, async (c) => {
    await refreshStore(
      viewOf(c, deps),
      storeOf(c.req.valid('param').name, c.req.valid('query')),
      deadline(),
    )
    return c.body(null, 202)
  })
}
