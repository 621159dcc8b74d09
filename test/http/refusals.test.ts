import { beforeEach, describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contract/problem.ts'
import { at, type HttpFixture, httpFixture } from './fixture.ts'

let fixture: HttpFixture
beforeEach(() => {
  fixture = httpFixture()
})
const get: HttpFixture['get'] = (...request) => fixture.get(...request)
const post: HttpFixture['post'] = (...request) => fixture.post(...request)
const send: HttpFixture['send'] = (...request) => fixture.send(...request)
const problem = async (response: Response) => (await response.json()) as Problem

describe('a refusal', () => {
  const json = { 'Content-Type': 'application/json' }
  const deep = '{"a":'.repeat(33) + '1' + '}'.repeat(33)
  const cases: [code: string, status: number, send: () => Response | Promise<Response>][] = [
    [
      'unsupported_media_type',
      415,
      () => send('POST', '/api/v1/stores', { 'Content-Type': 'text/plain' }, '{}'),
    ],
    [
      'unsupported_media_type',
      415,
      () => post('/api/v1/stores', {}, { 'Content-Encoding': 'gzip' }),
    ],
    [
      'body_too_large',
      413,
      () => post('/api/v1/stores', { name: 'x'.repeat(70_000) }, { 'Content-Length': '70011' }),
    ],
    ['invalid_json', 400, () => post('/api/v1/stores', '{')],
    ['invalid_json', 400, () => post('/api/v1/stores', deep)],
    [
      'password_not_accepted',
      400,
      () => post('/api/v1/stores', { name: 'shop', adminPassword: 'x' }),
    ],
    ['invalid_request', 400, () => post('/api/v1/stores', { name: 'Shop' })],
    ['invalid_request', 400, () => post('/api/v1/stores', { name: 'shop', surprise: 1 })],
    ['invalid_request', 400, () => post('/api/v1/stores', '{"name":"shop","__proto__":{"x":1}}')],
    ['invalid_request', 400, () => post('/api/v1/stores', [])],
    [
      'invalid_request',
      400,
      () => post('/api/v1/stores', { name: 'shop' }, { 'Idempotency-Key': 'short' }),
    ],
    ['invalid_query', 400, () => post('/api/v1/stores?dryRun=maybe', { name: 'shop' })],
    ['invalid_query', 400, () => get('/api/v1/stores?surprise=1')],
    ['invalid_query', 400, () => get('/api/v1/stores?limit=0')],
    ['invalid_query', 400, () => get('/api/v1/stores/shop?team=a&namespace=b')],
    ['engine_not_available', 422, () => post('/api/v1/stores', { name: 'shop', engine: 'medusa' })],
    ['name_reserved', 422, () => post('/api/v1/stores', { name: 'grafana' })],
    ['invalid_store', 422, () => post('/api/v1/stores', { name: 'shop', plan: 'huge' })],
    ['store_not_found', 404, () => get('/api/v1/stores/nobody')],
    ['store_not_found', 404, () => get('/api/v1/stores/..%2f..%2fetc')],
    ['store_not_found', 404, () => send('DELETE', '/api/v1/stores/nobody')],
    ['store_not_found', 404, () => get('/api/v1/stores/nobody/history')],
    ['route_not_found', 404, () => get('/api/v2/stores')],
    ['route_not_found', 404, () => get('/git/stores.git/info/refs')],
    ['method_not_allowed', 405, () => send('PUT', '/api/v1/stores', json, '{}')],
    [
      'host_rejected',
      403,
      () => fixture.app.request(at('/api/v1/stores'), { headers: { Host: 'evil.example' } }),
    ],
    [
      'csrf_rejected',
      403,
      () => post('/api/v1/stores', { name: 'shop' }, { Origin: 'http://evil.example' }),
    ],
    [
      'csrf_rejected',
      403,
      () => post('/api/v1/stores', { name: 'shop' }, { 'Sec-Fetch-Site': 'cross-site' }),
    ],
  ]

  it.each(cases)(
    '%s is a complete problem with status %i and commits nothing',
    async (code, status, request) => {
      const response = await request()
      expect(response.status).toBe(status)
      expect(response.headers.get('Content-Type')).toBe('application/problem+json')
      const body = await problem(response)
      expect(body).toMatchObject({
        code,
        status,
        type: `https://storewright.dev/problems/${code}`,
        instance: `urn:request:${response.headers.get('X-Request-Id')}`,
      })
      expect(body.error).toBe(body.detail)
      expect(body.hint.length).toBeGreaterThan(10)
      expect(fixture.repo.landed).toEqual([])
    },
  )

  it('has a pointer to each wrong member and never repeats a value', async () => {
    const body = await problem(
      await post('/api/v1/stores', {
        name: 'SECRET',
        plan: 'SECRET!',
        site: { country: 'SECRET' },
      }),
    )
    expect(body.errors?.map(({ pointer }) => pointer).toSorted()).toEqual([
      '#/name',
      '#/plan',
      '#/site/country',
    ])
    expect(JSON.stringify(body)).not.toContain('SECRET')
  })

  it('is 413 for a chunked body too', async () => {
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode(' '.repeat(40_000)))
      },
    })
    const request = {
      method: 'POST',
      headers: { Host: 'localhost', 'Content-Type': 'application/json' },
      body: stream,
      duplex: 'half',
    }
    const response = await fixture.app.request(
      new Request(at('/api/v1/stores'), request as RequestInit),
    )
    expect(response.status).toBe(413)
  })

  it('names the allowed methods', async () => {
    expect((await send('PUT', '/api/v1/stores')).headers.get('Allow')).toBe('GET, POST')
    expect((await send('POST', '/healthz')).headers.get('Allow')).toBe('GET')
  })

  it('has Retry-After while the server is not ready, and reads still work', async () => {
    fixture = httpFixture({ ready: () => false })
    const response = await get('/readyz')
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '2'])
    expect((await get('/api/v1/stores')).status).toBe(200)
  })
})
