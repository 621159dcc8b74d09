import { ulid } from 'ulid'
import { beforeEach, describe, expect, it } from 'vitest'
import { simulatedApplications } from '../adapters/argocd/simulated.ts'
import { createApp } from '../app.ts'
import type { Problem } from '../contract/problem.ts'
import type { Store } from '../contract/store.ts'
import { createStoreViews } from '../observe/store-views.ts'
import { type MemoryRepo, memoryRepo } from '../testing/memory-repo.ts'
import { testPlatform } from '../testing/platform.ts'
import type { AppDeps } from './env.ts'

const now = Date.parse('2026-11-24T12:00:00Z')
const clock = { now: () => now }
const quiet = { debug() {}, info() {}, warn() {}, error() {} }

let repo: MemoryRepo
let app: ReturnType<typeof createApp>

beforeEach(() => {
  repo = memoryRepo(testPlatform(), clock.now)
  app = createApp(deps())
})

function deps(change: Partial<AppDeps> = {}): AppDeps {
  const applications = simulatedApplications(clock)
  return {
    repo,
    applications,
    views: createStoreViews({ repo, applications, clock }),
    clock,
    log: quiet,
    cloneUrl: null,
    packServer: null,
    dashboard: new Map([
      [
        'index.html',
        {
          bytes: new TextEncoder().encode('<h1>dashboard</h1>'),
          contentType: 'text/html',
          immutable: false,
        },
      ],
    ]),
    newRequestId: () => ulid(),
    ready: () => true,
    loopbackOnly: true,
    ...change,
  }
}

type Headers = Record<string, string>
const at = (path: string) => `http://localhost:8080${path}`
const send = (method: string, path: string, headers: Headers = {}, body?: BodyInit) =>
  app.request(at(path), {
    method,
    headers: { Host: 'localhost:8080', ...headers },
    ...(body === undefined ? {} : { body }),
  })
const get = (path: string, headers: Headers = {}) => send('GET', path, headers)
const post = (path: string, body: unknown, headers: Headers = {}) =>
  send(
    'POST',
    path,
    { 'Content-Type': 'application/json', ...headers },
    typeof body === 'string' ? body : JSON.stringify(body),
  )
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
      () => app.request(at('/api/v1/stores'), { headers: { Host: 'evil.example' } }),
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
    '%s is a whole problem with status %i and lands nothing',
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
      expect(repo.landed).toEqual([])
    },
  )

  it('points at each wrong member and never repeats a value', async () => {
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

  it('is 413 for a body that comes in pieces, too', async () => {
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
    const response = await app.request(new Request(at('/api/v1/stores'), request as RequestInit))
    expect(response.status).toBe(413)
  })

  it('names the methods that are possible', async () => {
    expect((await send('PUT', '/api/v1/stores')).headers.get('Allow')).toBe('GET, POST')
    expect((await send('POST', '/healthz')).headers.get('Allow')).toBe('GET')
  })

  it('says when to come back, while reads go on', async () => {
    app = createApp(
      deps({ repo: { ...repo, change: () => Promise.reject(new (class extends Error {})()) } }),
    )
    expect((await post('/api/v1/stores', { name: 'shop' })).status).toBe(500)
    app = createApp(deps({ ready: () => false }))
    const response = await get('/readyz')
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '2'])
    expect((await get('/api/v1/stores')).status).toBe(200)
  })
})

describe('a store', () => {
  it('S1-27 is created by the documented request, with the members of the earlier platform', async () => {
    const response = await post('/api/v1/stores', { name: 'my-shop', engine: 'woo', plan: 'small' })
    const store = (await response.json()) as Store
    expect(response.status).toBe(201)
    expect(store).toMatchObject({
      name: 'my-shop',
      namespace: 'default',
      engine: 'woo',
      plan: 'small',
      status: 'Provisioning',
      url: '',
      createdAt: '2026-11-24T12:00:00.000Z',
    })
    expect(response.headers.get('Location')).toBe('/api/v1/stores/my-shop')
    expect(response.headers.get('ETag')).toBe(store.etag)
    expect(repo.snapshot().stores.has('my-shop')).toBe(true)
  })

  it('S1-12 is created with woo and its alias; medusa is refused whole and the hint names the engine', async () => {
    expect((await post('/api/v1/stores', { name: 'one', engine: 'woo' })).status).toBe(201)
    expect((await post('/api/v1/stores', { name: 'two', type: 'woocommerce' })).status).toBe(201)
    const refused = await problem(await post('/api/v1/stores', { name: 'three', engine: 'medusa' }))
    expect([refused.code, refused.hint]).toEqual([
      'engine_not_available',
      expect.stringContaining('woo'),
    ])
    expect(repo.landed).toHaveLength(2)
  })

  it('S1-28 is listed in a bare array and filtered by namespace', async () => {
    await post('/api/v1/stores', { name: 'one' })
    await post('/api/v1/stores', { name: 'two', namespace: 'acme' })
    const names = async (query: string) =>
      ((await (await get(`/api/v1/stores${query}`)).json()) as Store[]).map(({ name }) => name)
    expect([await names(''), await names('?namespace=acme'), await names('?team=default')]).toEqual(
      [['one', 'two'], ['two'], ['one']],
    )
  })

  it('is listed page by page', async () => {
    for (const name of ['a', 'b', 'c']) await post('/api/v1/stores', { name })
    const first = await get('/api/v1/stores?limit=2')
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('Link') ?? '')?.[1] ?? ''
    const second = await get(next)
    expect([
      first.headers.get('X-Total-Count'),
      ((await second.json()) as Store[]).map(({ name }) => name),
      second.headers.get('Link'),
    ]).toEqual(['3', ['c'], null])
  })

  it('S1-30 is deleted with 204, again with 204 and no commit; an unknown one is 404', async () => {
    await post('/api/v1/stores', { name: 'shop' })
    expect((await send('DELETE', '/api/v1/stores/shop?reason=over')).status).toBe(204)
    expect((await send('DELETE', '/api/v1/stores/shop')).status).toBe(204)
    expect(repo.landed.map(({ action }) => action)).toEqual(['create', 'delete'])
    expect((await send('DELETE', '/api/v1/stores/other')).status).toBe(404)
    expect(((await (await get('/api/v1/stores/shop')).json()) as Store).deletedAt).toBe(
      '2026-11-24T12:00:00Z',
    )
  })

  it('is previewed, also as dry run, and lands nothing', async () => {
    const preview = await (await post('/api/v1/stores:preview', { name: 'shop' })).json()
    expect(await (await post('/api/v1/stores?dryRun=true', { name: 'shop' })).json()).toEqual(
      preview,
    )
    expect(repo.landed).toEqual([])
    await post('/api/v1/stores', { name: 'shop' })
    const { files } = (await (await get('/api/v1/stores/shop/manifests')).json()) as {
      files: unknown
    }
    expect((preview as { files: unknown }).files).toEqual(files)
  })

  it('has one history, newest first', async () => {
    await post('/api/v1/stores', { name: 'shop', reason: 'new brand' })
    const history = (await (await get('/api/v1/stores/shop/history')).json()) as {
      action: string
      reason: string
    }[]
    expect(history).toMatchObject([{ action: 'create', reason: 'new brand' }])
  })
})

describe('every answer', () => {
  it('S1-25 bears an id of ours and safe headers, and lets no other origin read it', async () => {
    for (const path of [
      '/',
      '/new',
      '/stores/x',
      '/healthz',
      '/readyz',
      '/api/v1/stores',
      '/api/v1/platform',
      '/openapi.json',
      '/docs',
      '/nope',
    ]) {
      const { headers } = await get(path, {
        Origin: 'http://evil.example',
        'X-Request-Id': 'client-id-1',
      })
      expect(headers.get('X-Request-Id'), path).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
      expect(headers.get('X-Client-Request-Id')).toBe('client-id-1')
      expect(headers.get('Content-Security-Policy')).toContain("script-src 'self'")
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
  })

  it('says what is simulated', async () => {
    expect(await (await get('/api/v1/platform')).json()).toMatchObject({
      simulated: true,
      statusSource: 'simulated',
      banners: [{ code: 'simulated' }],
    })
  })

  it('S2-09 of a page is the dashboard, from the same origin as the API', async () => {
    for (const path of ['/', '/new', '/stores/my-shop']) {
      expect(await (await get(path)).text(), path).toBe('<h1>dashboard</h1>')
    }
    expect((await get('/stores/my-shop/nothing')).status).toBe(404)
  })
})
