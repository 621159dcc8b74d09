import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { endpoints } from '../contract/endpoints.ts'
import type { OperationId } from '../contract/paths.ts'
import { WriteQuery } from '../contract/store-query.ts'
import { StoreError, type StoreErrorCode } from '../domain/errors.ts'
import type { ChangeOptions, OperationDeps, Requester } from '../domain/ports.ts'
import type { Changed, StoreRequest } from '../operations/changing/change-store.ts'
import { previewWrite } from '../operations/changing/preview-write.ts'
import { rerenderStore } from '../operations/render-store.ts'
import { restoreStore } from '../operations/restore-store.ts'
import { resumeStore } from '../operations/resume-store.ts'
import { retryStore } from '../operations/retry-store.ts'
import { suspendStore } from '../operations/suspend-store.ts'
import { updateStore } from '../operations/update-store.ts'
import { isDryRun, orPreview, PREVIEWED } from './dry-run.ts'
import type { RouteDeps, AppEnv } from './env.ts'
import { requesterOf } from './requester.ts'
import { CHANGE_CODES, json, NameParameter, operation } from './route.ts'
import type { Router } from './router.ts'
import { serverTiming } from './server-timing.ts'
import { optionsOf, requestOf } from './store-request.ts'
import { viewOf } from './view.ts'

type ChangeId = Extract<
  OperationId,
  'updateStore' | 'suspendStore' | 'resumeStore' | 'restoreStore' | 'retryStore' | 'renderStore'
>

function change<Id extends ChangeId, Body extends z.ZodType>(
  id: Id,
  body: Body,
  summary: string,
  ...more: StoreErrorCode[]
) {
  return operation(id, {
    summary,
    request: {
      params: NameParameter,
      query: WriteQuery,
      headers: z.object({ 'if-match': z.string().max(200).optional() }),
      body: { required: true, content: json(body) },
    },
    responses: {
      200: {
        description: `Committed, or already in this state. ${PREVIEWED}`,
        content: orPreview(endpoints.updateStore.reply),
      },
    },
    codes: [...CHANGE_CODES, ...more],
  })
}

const update = change(
  'updateStore',
  endpoints.updateStore.body,
  'Change a store',
  'precondition_required',
)
const suspend = change(
  'suspendStore',
  endpoints.suspendStore.body,
  'Stop a store and keep everything',
)
const resume = change('resumeStore', endpoints.resumeStore.body, 'Take a suspended store up again')
const restore = change(
  'restoreStore',
  endpoints.restoreStore.body,
  'Take a deleted store back, or call its purge off',
)
const retry = change(
  'retryStore',
  endpoints.retryStore.body,
  'Run set-up, a rotation or a backup once more',
)
const render = change('renderStore', endpoints.renderStore.body, 'Render again, over hand edits')

/** Mounts every operation that changes an existing store. */
export function changeRoutes(router: Router, deps: RouteDeps): void {
  router.operation(update, (c) => {
    const patch = c.req.valid('json')
    const request = requestOf(c, c.req.valid('query'), c.req.valid('param').name, patch)
    if (deps.requireIfMatch && request.ifMatch === undefined) {
      throw new StoreError('precondition_required', 'a change needs If-Match')
    }
    return answer(c, deps, request, c.req.valid('query'), patch, (through, by, options) =>
      updateStore(through, request, patch, by, options),
    )
  })

  for (const [route, operation] of [
    [suspend, suspendStore],
    [resume, resumeStore],
    [restore, restoreStore],
    [render, rerenderStore],
  ] as const) {
    router.operation(route, (c) => {
      const body = c.req.valid('json')
      const request = requestOf(c, c.req.valid('query'), c.req.valid('param').name, body)
      return answer(c, deps, request, c.req.valid('query'), body, (through, by, options) =>
        operation(through, request, by, options),
      )
    })
  }

  router.operation(retry, (c) => {
    const body = c.req.valid('json')
    const request = requestOf(c, c.req.valid('query'), c.req.valid('param').name, body)
    return answer(c, deps, request, c.req.valid('query'), body, (through, by, options) =>
      retryStore(through, request, body.what, by, options),
    )
  })
}

type Change = (
  through: OperationDeps,
  by: Requester,
  options: ChangeOptions,
) => Promise<Pick<Changed, 'store' | 'landed' | 'warnings'>>

/** Runs a change, or its preview if `dryRun=true`. */
async function answer(
  c: Context<AppEnv>,
  deps: RouteDeps,
  request: StoreRequest,
  query: z.output<typeof WriteQuery>,
  body: object,
  change: Change,
) {
  const by = requesterOf(c)
  const options = await optionsOf(c, body)
  const view = viewOf(c, deps, 'force' in body && body.force === true)
  if (isDryRun(c, query)) {
    const write = async (through: OperationDeps) => (await change(through, by, {})).warnings
    return c.json(await previewWrite(view, request, write), 200, NO_STORE)
  }
  const { store, landed, warnings } = await change(view, by, options)
  if (landed.outcome === 'replayed') c.header('Idempotency-Replayed', 'true')
  c.header('Server-Timing', serverTiming(landed))
  return c.json({ ...store, warnings: [...warnings] }, 200, { ETag: store.etag, ...NO_STORE })
}

const NO_STORE = { 'Cache-Control': 'no-store' } as const
