import { endpoints } from '../../contract/endpoints.ts'
import { LegacyAuditQuery } from '../../contract/legacy.ts'
import { NoQuery } from '../../contract/store-query.ts'
import { createStore } from '../../operations/create-store.ts'
import { deleteStore } from '../../operations/delete-store.ts'
import { getStore } from '../../operations/get-store.ts'
import { legacyMetrics } from '../../operations/legacy-metrics.ts'
import { listAudit } from '../../operations/list-audit.ts'
import { listStores } from '../../operations/list-stores.ts'
import type { RouteDeps } from '../env.ts'
import { requesterOf } from '../requester.ts'
import { bodyOf, CREATE_CODES, DELETE_CODES, json, NameParameter, operation } from '../route.ts'
import type { Router } from '../router.ts'
import { optionsOf } from '../store-request.ts'
import { requireTeam, viewOf } from '../view.ts'
import { deprecation } from './deprecation.ts'
import { presentLegacyAudit, presentLegacyStore } from './present.ts'

const create = operation('legacyCreateStore', {
  summary: 'Create a store of the default team, with the default plan',
  deprecated: true,
  request: { query: NoQuery, body: bodyOf('legacyCreateStore') },
  responses: {
    201: { description: 'Committed', content: json(endpoints.legacyCreateStore.reply) },
  },
  codes: CREATE_CODES,
})

const list = operation('legacyListStores', {
  summary: 'List every store, newest first',
  deprecated: true,
  request: { query: NoQuery },
  responses: {
    200: { description: 'The stores', content: json(endpoints.legacyListStores.reply) },
  },
})

const get = operation('legacyGetStore', {
  summary: 'Read one store',
  deprecated: true,
  request: { params: NameParameter, query: NoQuery },
  responses: {
    200: { description: 'The store', content: json(endpoints.legacyGetStore.reply) },
  },
  codes: ['store_not_found'],
})

const remove = operation('legacyDeleteStore', {
  summary: 'Delete a store',
  deprecated: true,
  request: { params: NameParameter, query: NoQuery },
  responses: {
    200: {
      description: 'Deleted, or deleted already',
      content: json(endpoints.legacyDeleteStore.reply),
    },
  },
  codes: DELETE_CODES,
})

const audit = operation('legacyListAudit', {
  summary: 'List the newest changes',
  deprecated: true,
  request: { query: LegacyAuditQuery },
  responses: {
    200: { description: 'The changes', content: json(endpoints.legacyListAudit.reply) },
  },
  codes: ['git_unavailable'],
})

const metrics = operation('legacyMetrics', {
  summary: 'Count stores and set-ups',
  deprecated: true,
  request: { query: NoQuery },
  responses: {
    200: { description: 'Counts', content: json(endpoints.legacyMetrics.reply) },
  },
})

const health = operation('legacyHealth', {
  summary: 'Liveness: the process answers, without I/O',
  deprecated: true,
  request: { query: NoQuery },
  responses: {
    200: { description: 'Alive', content: json(endpoints.legacyHealth.reply) },
  },
})

const NO_STORE = { 'Cache-Control': 'no-store' } as const

/** Mounts the seven routes of the second earlier API. They run the operations of `/api/v1`. */
export function legacyRoutes(router: Router, deps: RouteDeps): void {
  router.use(deprecation)

  router.operation(create, async (c) => {
    const request = c.req.valid('json')
    requireTeam(c, deps, undefined)
    const options = await optionsOf(c, request)
    const { store, landed } = await createStore(viewOf(c, deps), request, requesterOf(c), options)
    if (landed.outcome === 'replayed') c.header('Idempotency-Replayed', 'true')
    return c.json(presentLegacyStore(store), 201, NO_STORE)
  })

  router.operation(list, (c) => {
    const everything = { deleted: 'include', sort: '-createdAt', limit: Infinity } as const
    const { stores } = listStores(viewOf(c, deps), everything)
    return c.json(stores.map(presentLegacyStore), 200, NO_STORE)
  })

  router.operation(get, async (c) => {
    const store = await getStore(viewOf(c, deps), c.req.valid('param').name)
    return c.json(presentLegacyStore(store), 200, NO_STORE)
  })

  router.operation(remove, async (c) => {
    const request = c.req.valid('param')
    const options = await optionsOf(c, request)
    const landed = await deleteStore(viewOf(c, deps), request, requesterOf(c), options)
    if (landed.outcome === 'replayed') c.header('Idempotency-Replayed', 'true')
    return c.json({ message: 'Store deletion initiated' as const }, 200, NO_STORE)
  })

  router.operation(audit, async (c) => {
    const { limit } = c.req.valid('query')
    const { changes } = await listAudit(viewOf(c, deps), { limit, format: 'json' })
    return c.json(changes.map(presentLegacyAudit), 200, NO_STORE)
  })

  router.operation(metrics, (c) => c.json(legacyMetrics(viewOf(c, deps)), 200, NO_STORE))

  router.operation(health, (c) => {
    const timestamp = new Date(deps.clock.now()).toISOString()
    return c.json({ status: 'ok' as const, timestamp }, 200, NO_STORE)
  })
}
