import { gunzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Snapshot } from '../../src/contract/snapshot.ts'
import { openStreamHub } from '../../src/http/stream-hub.ts'
import type { Batch, ChangeFeed } from '../../src/observe/change-feed.ts'
import { httpFixture, type HttpFixture } from './fixture.ts'

let fixture: HttpFixture
beforeEach(() => {
  fixture = httpFixture()
})

/** A feed of `count` stores that a test changes by hand. */
function handFeed(count: number) {
  const rows = Array.from({ length: count }, (_, n) => [
    ...[`store-number-${n}`, `team-${n % 40}`, ['small', 'medium', 'large'][n % 3] ?? '', 'Ready'],
    ...['Healthy', 'Synced', 'Live', `person-${n % 50}`, 1_790_000_000 + n * 61, '11.1.0'],
    ...[1_780_000_000 + n * 977, 12, 'Serving'],
  ])
  const listeners = new Set<(batch: Batch) => void>()
  const batches: Batch[] = []
  let seq = 0
  const feed: ChangeFeed = {
    boot: 'b007b007',
    seq: () => seq,
    revision: () => 'c'.repeat(40),
    rows: () => rows,
    since: (from) => (from > seq ? null : batches.slice(from)),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    touch: () => undefined,
    close: () => undefined,
  }
  const move = (upsert: Batch['upsert']) => {
    seq += 1
    const batch = { seq, revision: 'c'.repeat(40), upsert, remove: [] }
    batches.push(batch)
    for (const listener of listeners) listener(batch)
  }
  return { feed, move }
}

async function readUntil(response: Response, what: RegExp): Promise<string> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  let text = ''
  while (!what.test(text)) {
    const { value, done } = await reader.read()
    if (done) break
    text += new TextDecoder().decode(value)
  }
  await reader.cancel()
  return text
}

describe('GET /api/v1/stream', () => {
  it('starts with hello and banners, and is never cached or compressed', async () => {
    const response = await fixture.get('/api/v1/stream', { 'Accept-Encoding': 'gzip' })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    })
    expect(response.headers.get('Content-Encoding')).toBeNull()
    const text = await readUntil(response, /event: banner\ndata: .*\n\n/)
    expect(text).toMatch(
      /^retry: [1-5]\d{3}\nid: b007b007\.1\nevent: hello\ndata: {"boot":"b007b007","seq":1,/,
    )
    expect(text).toContain('event: banner\ndata: {"code":"simulated","active":true')
    expect(text).not.toContain('resync')
  })

  it('sends changes, and continues after the last event of a client', async () => {
    const { feed, move } = handFeed(3)
    const streams = openStreamHub({ feed, banners: () => [] })
    const own = httpFixture({ feed, streams })
    const first = await own.get('/api/v1/stream')
    move([['one']])
    expect(await readUntil(first, /"one"/)).toContain(
      'id: b007b007.1\nevent: stores\ndata: {"revision":"ccc',
    )
    move([['two']])
    move([['three']])
    const again = await own.get('/api/v1/stream', { 'Last-Event-ID': 'b007b007.1' })
    const text = await readUntil(again, /"three"/)
    expect(text).toMatch(
      /hello[^]*id: b007b007\.2\nevent: stores[^]*"two"[^]*id: b007b007\.3[^]*"three"/,
    )
    expect(text).not.toContain('resync')
    streams.close()
  })

  it.each(['0badb007.1', 'b007b007.99', 'b007b007.x', 'nonsense'])(
    'sends resync to a client with the last event %s',
    async (id) => {
      const response = await fixture.get('/api/v1/stream', { 'Last-Event-ID': id })
      expect(await readUntil(response, /event: resync\ndata: {}\n\n/)).toContain('resync')
    },
  )

  it('sends bye and ends on shutdown', async () => {
    const { feed } = handFeed(1)
    const streams = openStreamHub({ feed, banners: () => [] })
    const own = httpFixture({ feed, streams })
    const response = await own.get('/api/v1/stream')
    streams.close()
    expect(await response.text()).toMatch(/event: bye\ndata: {}\n\n$/)
    expect(streams.size).toBe(0)
    // A page that reconnects during the drain would otherwise show itself as live.
    expect((await own.get('/api/v1/stream')).ok).toBe(false)
  })

  it('drops a client that is more than 1 MiB behind', async () => {
    const { feed, move } = handFeed(1)
    const streams = openStreamHub({ feed, banners: () => [] })
    const own = httpFixture({ feed, streams })
    const slow = await own.get('/api/v1/stream')
    expect(streams.size).toBe(1)
    move([['x'.repeat(600_000)]])
    expect(streams.size).toBe(1)
    move([['x'.repeat(600_000)]])
    expect(streams.size).toBe(0)
    await slow.body?.cancel()
    streams.close()
  })

  it('sends banners when they appear and disappear', async () => {
    const { feed } = handFeed(1)
    let banners = [{ code: 'argocd_unavailable', message: 'down' }]
    const streams = openStreamHub({ feed, banners: () => banners })
    const own = httpFixture({ feed, streams })
    const response = await own.get('/api/v1/stream')
    banners = []
    const text = await readUntil(response, /"active":false/)
    expect(text).toMatch(/argocd_unavailable","active":true[^]*argocd_unavailable","active":false/)
    streams.close()
  })
})

describe('GET /api/v1/snapshot', () => {
  it('has every row, and is 304 for a client with the current ETag', async () => {
    await fixture.post('/api/v1/stores', { name: 'shop', plan: 'small' })
    const own = httpFixture()
    const response = await own.get('/api/v1/snapshot')
    const etag = response.headers.get('ETag') ?? ''
    expect(etag).toBe('"b007b007.1"')
    expect(await response.json()).toMatchObject({ boot: 'b007b007', seq: 1, rows: [] })
    const again = await own.get('/api/v1/snapshot', { 'If-None-Match': etag })
    expect([again.status, await again.text()]).toEqual([304, ''])
  })

  it('takes at most 30 bytes per row for 10,000 stores, and decodes to the same rows', async () => {
    const { feed } = handFeed(10_000)
    const streams = openStreamHub({ feed, banners: () => [] })
    const own = httpFixture({ feed, streams })
    const response = await own.get('/api/v1/snapshot', { 'Accept-Encoding': 'gzip' })
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(response.headers.get('Content-Encoding')).toBe('gzip')
    expect(bytes.length).toBeLessThan(300_000)
    const { columns, dict, rows } = JSON.parse(gunzipSync(bytes).toString()) as Snapshot
    expect(rows).toHaveLength(10_000)
    const valueOf = (row: number, column: string) => {
      const raw = rows[row]?.[columns.indexOf(column)] ?? ''
      return dict[column] === undefined ? raw : dict[column][Number(raw)]
    }
    expect(
      ['name', 'team', 'plan', 'phase', 'reason', 'changeBy'].map((column) => valueOf(77, column)),
    ).toEqual(['store-number-77', 'team-37', 'large', 'Ready', 'Serving', 'person-27'])
    streams.close()
  })
})
