import { z } from '@hono/zod-openapi'
import { endpoints } from '../contract/endpoints.ts'
import { WriteQuery } from '../contract/store-query.ts'
import type { OperationDeps } from '../domain/ports.ts'
import { previewWrite } from '../operations/changing/preview-write.ts'
import { revertChange } from '../operations/revert-change.ts'
import { isDryRun, orPreview, PREVIEWED } from './dry-run.ts'
import type { RouteDeps } from './env.ts'
import { requesterOf } from './requester.ts'
import { bodyOf, CHANGE_CODES, NameParameter, operation } from './route.ts'
import type { Router } from './router.ts'
import { serverTiming } from './server-timing.ts'
import { optionsOf, requestOf } from './store-request.ts'
import { viewOf } from './view.ts'

const revert = operation('revertChange', {
  summary: 'Revert one change, or restore the store to its state at a commit',
  request: {
    params: NameParameter,
    query: WriteQuery,
    headers: z.object({ 'if-match': z.string().max(200).optional() }),
    body: bodyOf('revertChange'),
  },
  responses: {
    200: {
      description: `Committed; with dryRun in the body, the preview. ${PREVIEWED}`,
      content: orPreview(endpoints.revertChange.reply),
    },
  },
  codes: [...CHANGE_CODES, 'commit_not_found', 'revert_conflict', 'revert_crosses_schema'],
})

const NO_STORE = { 'Cache-Control': 'no-store' } as const

/** Mounts the revert of a store's changes. */
export function revertRoutes(router: Router, deps: RouteDeps): void {
  router.operation(revert, async (c) => {
    const body = c.req.valid('json')
    const request = requestOf(c, c.req.valid('query'), c.req.valid('param').name, body)
    const options = await optionsOf(c, body)
    const by = requesterOf(c)
    if (isDryRun(c, c.req.valid('query'))) {
      const wish = { ...body, dryRun: false }
      const write = async (through: OperationDeps) => [
        ...(await revertChange(through, request, wish, by)).reverted.warnings,
      ]
      return c.json(await previewWrite(viewOf(c, deps), request, write), 200, NO_STORE)
    }
    isDryRun(c, body)
    const { reverted, landed } = await revertChange(viewOf(c, deps), request, body, by, options)
    if (landed?.outcome === 'replayed') c.header('Idempotency-Replayed', 'true')
    if (landed !== null) c.header('Server-Timing', serverTiming(landed))
    return c.json(reverted, 200, { ETag: reverted.store.etag, ...NO_STORE })
  })
}
