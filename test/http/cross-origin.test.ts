import { describe, expect, it } from 'vitest'
import { type OperationId, paths } from '../../src/contract/paths.ts'
import { declareSamples, sampleOf, sendSample } from '../writes.ts'
import { httpFixture } from './fixture.ts'

const SHOPS = 'https://shops.example.com'
const with_ = () => httpFixture({ corsOrigins: [SHOPS, 'http://localhost:5173'] })
const corsOf = (reply: Response) =>
  Object.fromEntries([...reply.headers].filter(([name]) => name.startsWith('access-control')))

describe('pages of other origins', () => {
  it('S1-25 get no header unless their origin is configured, to the letter', async () => {
    for (const http of [httpFixture(), with_()]) {
      for (const origin of [
        ...['https://evil.example', 'https://shops.example.com.evil.example', 'null', '*'],
        ...['http://shops.example.com', `${SHOPS}:8443`, `${SHOPS}/`, SHOPS.toUpperCase()],
      ]) {
        const headers = { Origin: origin }
        const preflight = { ...headers, 'Access-Control-Request-Method': 'POST' }
        expect(corsOf(await http.get('/api/v1/stores', headers)), origin).toEqual({})
        expect(corsOf(await http.send('OPTIONS', '/api/v1/stores', preflight)), origin).toEqual({})
        const written = await http.post('/api/v1/stores', { name: 'shop' }, headers)
        expect([written.status, corsOf(written)], origin).toEqual([403, {}])
      }
      expect(http.repo.landed).toEqual([])
    }
  })

  it('S1-25 of a configured origin may read, write and see the headers of an answer', async () => {
    const http = with_()
    const headers = { Origin: SHOPS, 'Sec-Fetch-Site': 'cross-site' }
    const preflight = { ...headers, 'Access-Control-Request-Method': 'POST' }
    const asked = await http.send('OPTIONS', '/api/v1/stores', preflight)
    expect([asked.status, corsOf(asked)]).toEqual([
      204,
      {
        'access-control-allow-origin': SHOPS,
        'access-control-allow-methods': 'GET,POST,PATCH,DELETE',
        'access-control-allow-headers':
          'Authorization,Content-Type,Idempotency-Key,If-Match,If-None-Match,Last-Event-ID,X-Request-Id,traceparent,tracestate',
        'access-control-expose-headers': expect.stringContaining('ETag,Location') as string,
        'access-control-max-age': '600',
      },
    ])
    const made = await http.post('/api/v1/stores', { name: 'shop' }, headers)
    expect([made.status, made.headers.get('Vary')]).toEqual([201, 'Origin'])
    expect(corsOf(made)).toEqual({
      'access-control-allow-origin': SHOPS,
      'access-control-expose-headers':
        'ETag,Location,Link,X-Total-Count,X-Request-Id,RateLimit,RateLimit-Policy,Retry-After,Idempotency-Replayed',
    })
    const refused = await http.get('/api/v1/stores/none', headers)
    expect([refused.status, corsOf(refused)['access-control-allow-origin']]).toEqual([404, SHOPS])
  })

  it.each((Object.keys(paths) as OperationId[]).filter((id) => paths[id][1].startsWith('/api/')))(
    'S1-25 of a configured origin get the same headers from %s',
    async (id) => {
      const http = with_()
      const commit = await declareSamples(http)
      const sample = sampleOf(id, commit)
      const reply = await sendSample(http, id, {
        ...sample,
        headers: { ...sample.headers, Origin: SHOPS },
      })
      expect(Object.keys(corsOf(reply))).toEqual([
        'access-control-allow-origin',
        'access-control-expose-headers',
      ])
      await reply.body?.cancel()
    },
  )

  it('S1-25 of a configured origin get the API only: not git, the documents or the dashboard', async () => {
    const http = with_()
    for (const path of ['/', '/docs', '/openapi.json', '/git/stores.git/info/refs', '/healthz'])
      expect(corsOf(await http.get(path, { Origin: SHOPS })), path).toEqual({})
  })
})
