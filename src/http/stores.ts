import { endpoints } from '../contract/endpoints.ts'
import { DeleteQuery, DryRunQuery, NoQuery, OfTeam, StoreQuery } from '../contract/store-query.ts'
import { compact } from '../domain/compact.ts'
import type { OperationDeps } from '../domain/ports.ts'
import { previewWrite } from '../operations/changing/preview-write.ts'
import { createStore } from '../operations/create-store.ts'
import { deleteStore } from '../operations/delete-store.ts'
import { getStore } from '../operations/get-store.ts'
import { listStores } from '../operations/list-stores.ts'
import { previewChange } from '../operations/preview-change.ts'
import { previewStore } from '../operations/preview-store.ts'
import { isDryRun, PREVIEWED } from './dry-run.ts'
import type { RouteDeps } from './env.ts'
import { idempotencyOf, requesterOf } from './requester.ts'
import { bodyOf, CREATE_CODES, DELETE_CODES, json, NameParameter, operation } from './route.ts'
import type { Router } from './router.ts'
import { serverTiming } from './server-timing.ts'
import { optionsOf, requireReason, teamOf } from './store-request.ts'
import { requireTeam, viewOf } from './view.ts'

const create = operation('createStore', {
  summary: 'Create a store',
  request: {
    query: DryRunQuery,
    body: bodyOf('createStore'),
  },
  responses: {
    200: {
      description: PREVIEWED,
      content: json(endpoints.previewStore.reply),
    },
    201: { description: 'Committed', content: json(endpoints.createStore.reply) },
  },
  codes: CREATE_CODES,
})

const preview = operation('previewStore', {
  summary: 'Preview what a create or a change would commit, byte for byte',
  request: {
    query: NoQuery,
    body: bodyOf('previewStore'),
  },
  responses: {
    200: { description: 'Nothing was written', content: json(endpoints.previewStore.reply) },
  },
  codes: [
    'name_taken',
    'name_quarantined',
    'name_reserved',
    'engine_not_available',
    'invalid_store',
    'store_limit_reached',
    'store_not_found',
    'store_modified',
    'lifecycle_conflict',
    'mass_delete_brake',
    'grow_only',
    'generator_outdated',
    'git_unavailable',
  ],
})

const list = operation('listStores', {
  summary: 'List stores',
  request: { query: StoreQuery },
  responses: {
    200: {
      description: 'One page; Link names the next, and X-Total-Count is the number of matches',
      content: json(endpoints.listStores.reply),
    },
  },
})

const get = operation('getStore', {
  summary: 'Read one store, even if it is deleted',
  request: { params: NameParameter, query: OfTeam },
  responses: {
    200: { description: 'The store', content: json(endpoints.getStore.reply) },
  },
  codes: ['store_not_found'],
})

const remove = operation('deleteStore', {
  summary: 'Delete a store; its data is kept until purgeAfter',
  request: {
    params: NameParameter,
    query: DeleteQuery,
  },
  responses: {
    200: { description: PREVIEWED, content: json(endpoints.previewStore.reply) },
    204: { description: 'Deleted, or deleted already' },
  },
  codes: DELETE_CODES,
})

/** Mounts create, preview, list, get and delete. */
export function storeRoutes(router: Router, deps: RouteDeps): void {
  router.operation(create, async (c) => {
    const request = c.req.valid('json')
    const by = requesterOf(c)
    requireTeam(c, deps, request.team ?? request.namespace)
    if (isDryRun(c, c.req.valid('query'))) {
      await idempotencyOf(c, request)
      return c.json(previewStore(viewOf(c, deps), request, by.subject), 200, NO_STORE)
    }
    const { store, landed } = await createStore(
      viewOf(c, deps),
      request,
      by,
      await optionsOf(c, request),
    )
    if (landed.outcome === 'replayed') c.header('Idempotency-Replayed', 'true')
    c.header('Server-Timing', serverTiming(landed))
    return c.json(store, 201, { Location: store.links.self, ETag: store.etag, ...NO_STORE })
  })

  router.operation(preview, async (c) => {
    const { patch, action, ...store } = c.req.valid('json')
    const by = requesterOf(c)
    const isCreate = patch === undefined && action === undefined
    if (isCreate) requireTeam(c, deps, store.team ?? store.namespace)
    const found = isCreate
      ? previewStore(viewOf(c, deps), store, by.subject)
      : await previewChange(viewOf(c, deps), c.req.valid('json'), by)
    return c.json(found, 200, NO_STORE)
  })

  router.operation(list, (c) => {
    const query = c.req.valid('query')
    const page = listStores(viewOf(c, deps), query)
    if (page.next !== null) {
      const url = new URL(c.req.url)
      url.searchParams.set('cursor', page.next)
      c.header('Link', `<${url.pathname}${url.search}>; rel="next"`)
    }
    return c.json([...page.stores], 200, { 'X-Total-Count': String(page.total), ...NO_STORE })
  })

  router.operation(get, async (c) => {
    const store = await getStore(
      viewOf(c, deps),
      c.req.valid('param').name,
      teamOf(c.req.valid('query')),
    )
    return c.json(store, 200, { ETag: store.etag, ...NO_STORE })
  })

  router.operation(remove, async (c) => {
    const query = c.req.valid('query')
    const { name } = c.req.valid('param')
    const team = teamOf(query)
    const request = {
      name,
      ...compact({ team, reason: query.reason, allowMassDelete: query.allowMassDelete }),
    }
    requireReason(request)
    const by = requesterOf(c)
    const view = viewOf(c, deps, query.allowMassDelete !== undefined)
    const options = await optionsOf(c, request)
    if (isDryRun(c, query)) {
      const write = async (through: OperationDeps) => {
        await deleteStore(through, request, by)
        return []
      }
      return c.json(await previewWrite(view, request, write), 200, NO_STORE)
    }
    const landed = await deleteStore(view, request, by, options)
    if (landed.outcome === 'replayed') c.header('Idempotency-Replayed', 'true')
    c.header('Server-Timing', serverTiming(landed))
    return c.body(null, 204)
  })
}

const NO_STORE = { 'Cache-Control': 'no-store' } as const
