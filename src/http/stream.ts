import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { endpoints } from '../contract/endpoints.ts'
import { NoQuery } from '../contract/store-query.ts'
import { StoreError } from '../domain/errors.ts'
import type { AppDeps, AppEnv } from './env.ts'
import { at, json, problems, refuseInvalid } from './route.ts'
import { snapshotCache } from './snapshot-cache.ts'

const stream = createRoute({
  ...at('stream'),
  summary: 'Changes of stores and banners as server-sent events; Last-Event-ID resumes',
  request: { query: NoQuery },
  responses: {
    200: {
      description: 'hello, stores, banner, resync, bye; a comment every 15 s',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...problems('invalid_query'),
  },
})

const snapshot = createRoute({
  ...at('snapshot'),
  summary: 'Every store at once, compact; If-None-Match is answered with 304',
  request: { query: NoQuery },
  responses: {
    200: { description: 'All rows', content: json(endpoints.snapshot.reply) },
    304: { description: 'As you know it' },
    ...problems('invalid_query'),
  },
})

/** What keeps a client up to date without asking again. */
export function streamRoutes(deps: AppDeps) {
  const routes = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  const newest = snapshotCache(deps.feed)

  routes.openapi(stream, (c) => {
    const opened = deps.streams.open(c.req.header('Last-Event-ID'))
    if (opened === null) throw new StoreError('not_ready', 'too many streams are open')
    return c.body(opened, 200, {
      'Content-Type': 'text/event-stream',
      // Proxies must neither keep it nor wait until there is enough to compress.
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    }) as never
  })

  routes.openapi(snapshot, async (c) => {
    const current = newest()
    const { etag, json: text } = current
    const headers = { ETag: etag, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding' }
    if (c.req.header('If-None-Match') === etag) return c.body(null, 304, headers)
    const packed = /\bgzip\b/.test(c.req.header('Accept-Encoding') ?? '')
    const type = { 'Content-Type': 'application/json' }
    return (
      packed
        ? c.body(await current.gzip(), 200, { ...headers, ...type, 'Content-Encoding': 'gzip' })
        : c.body(text, 200, { ...headers, ...type })
    ) as never
  })
  return routes
}
