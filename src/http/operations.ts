import { z } from '@hono/zod-openapi'
import { endpoints } from '../contract/endpoints.ts'
import { OperationQuery } from '../contract/operation.ts'
import { NoQuery, WriteQuery } from '../contract/store-query.ts'
import { compact } from '../domain/compact.ts'
import type { OperationDeps } from '../domain/ports.ts'
import { previewWrite } from '../operations/changing/preview-write.ts'
import { getOperation } from '../operations/get-operation.ts'
import { listOperations } from '../operations/list-operations.ts'
import { purgeStore } from '../operations/purge-store.ts'
import { isDryRun, PREVIEWED } from './dry-run.ts'
import type { RouteDeps } from './env.ts'
import { requesterOf } from './requester.ts'
import { bodyOf, CHANGE_CODES, json, NameParameter, operation } from './route.ts'
import type { Router } from './router.ts'
import { serverTiming } from './server-timing.ts'
import { optionsOf, requestOf, requireReason } from './store-request.ts'
import { viewOf } from './view.ts'

const purge = operation('purgeStore', {
  summary: 'Delete a store and its data permanently, in two steps',
  request: {
    params: NameParameter,
    query: WriteQuery,
    headers: z.object({ 'if-match': z.string().max(200).optional() }),
    body: bodyOf('purgeStore'),
  },
  responses: {
    200: { description: PREVIEWED, content: json(endpoints.previewStore.reply) },
    202: {
      description: 'The first step is committed. The second follows when all gates are met',
      content: json(endpoints.purgeStore.reply),
    },
  },
  codes: [...CHANGE_CODES, 'data_loss_unacknowledged', 'mass_delete_brake'],
})

const list = operation('listOperations', {
  summary: 'List the requests of the last 25 hours that were committed, newest first',
  request: { query: OperationQuery },
  responses: {
    200: {
      description: 'The operations that match',
      content: json(endpoints.listOperations.reply),
    },
  },
})

const get = operation('getOperation', {
  summary: 'Read one request and its progress',
  request: { params: z.object({ id: z.string().max(64) }), query: NoQuery },
  responses: {
    200: { description: 'The operation', content: json(endpoints.getOperation.reply) },
  },
  codes: ['operation_not_found'],
})

const NO_STORE = { 'Cache-Control': 'no-store' } as const

/** Mounts the purge of a store and the state of requests. */
export function operationRoutes(router: Router, deps: RouteDeps): void {
  router.operation(purge, async (c) => {
    const body = c.req.valid('json')
    const { allowMassDelete, ...said } = body
    const asked = requestOf(c, c.req.valid('query'), c.req.valid('param').name, said)
    const request = { ...asked, ...compact({ allowMassDelete }) }
    requireReason(body)
    const options = await optionsOf(c, body)
    const by = requesterOf(c)
    const view = viewOf(c, deps, allowMassDelete !== undefined)
    if (isDryRun(c, c.req.valid('query'))) {
      const write = async (through: OperationDeps) => {
        await purgeStore(through, request, said, by)
        return []
      }
      return c.json(await previewWrite(view, request, write), 200, NO_STORE)
    }
    const { operation, landed } = await purgeStore(view, request, said, by, options)
    if (landed.outcome === 'replayed') c.header('Idempotency-Replayed', 'true')
    c.header('Server-Timing', serverTiming(landed))
    const Location = `/api/v1/operations/${operation.id}`
    return c.json(operation, 202, { Location, ...NO_STORE })
  })
  router.operation(list, async (c) =>
    c.json(await listOperations(viewOf(c, deps), c.req.valid('query')), 200, NO_STORE),
  )
  router.operation(get, async (c) =>
    c.json(await getOperation(viewOf(c, deps), c.req.valid('param').id), 200, NO_STORE),
  )
}
