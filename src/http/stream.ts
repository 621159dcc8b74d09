import { endpoints } from '../contract/endpoints.ts'
import { NoQuery } from '../contract/store-query.ts'
import { StreamEvent } from '../contract/stream.ts'
import { readableTeams } from '../domain/access/identity.ts'
import { StoreError } from '../domain/errors.ts'
import type { RouteDeps } from './env.ts'
import { noneMatch } from './etag.ts'
import { json, operation } from './route.ts'
import type { Router } from './router.ts'
import { snapshotCache } from './snapshot-cache.ts'

const stream = operation('stream', {
  summary: 'Stream changes of stores and banners as server-sent events; Last-Event-ID resumes',
  request: { query: NoQuery },
  responses: {
    200: {
      description: 'hello, stores, banner, resync, bye; a comment every 15 s',
      content: { 'text/event-stream': { schema: StreamEvent } },
    },
  },
  codes: ['too_many_streams'],
})

const snapshot = operation('snapshot', {
  summary: 'Read every store at once, in compact form; If-None-Match returns 304',
  request: { query: NoQuery },
  responses: {
    200: { description: 'All rows', content: json(endpoints.snapshot.reply) },
    304: { description: 'Not modified' },
  },
})

/** Mounts the event stream and the snapshot, which keep a client up to date without polling. */
export function streamRoutes(router: Router, deps: RouteDeps): void {
  const newest = snapshotCache(deps.feed)

  router.operation(stream, (c) => {
    const opened = deps.streams.open(c.get('identity'), c.req.header('Last-Event-ID'))
    if (opened === 'full') throw new StoreError('too_many_streams', 'too many streams are open')
    if (opened === 'closed') throw new StoreError('not_ready', 'the server is stopping')
    return c.body(opened, 200, {
      'Content-Type': 'text/event-stream',
      // Proxies must neither cache the stream nor buffer it for compression.
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    }) as never
  })

  router.operation(snapshot, async (c) => {
    const current = newest(readableTeams(c.get('identity')))
    const { etag, json: text } = current
    const headers = { ETag: etag, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding' }
    if (noneMatch(c.req.header('If-None-Match'), etag)) return c.body(null, 304, headers)
    const packed = /\bgzip\b/.test(c.req.header('Accept-Encoding') ?? '')
    const type = { 'Content-Type': 'application/json' }
    return (
      packed
        ? c.body(await current.gzip(), 200, { ...headers, ...type, 'Content-Encoding': 'gzip' })
        : c.body(text, 200, { ...headers, ...type })
    ) as never
  })
}
