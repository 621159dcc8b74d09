import { beforeEach, describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contract/problem.ts'
import type { Store } from '../../src/contract/store.ts'
import { type HttpFixture, httpFixture } from './fixture.ts'

let fixture: HttpFixture
beforeEach(() => {
  fixture = httpFixture()
})
const get: HttpFixture['get'] = (...request) => fixture.get(...request)
const post: HttpFixture['post'] = (...request) => fixture.post(...request)
const send: HttpFixture['send'] = (...request) => fixture.send(...request)
const problem = async (response: Response) => (await response.json()) as Problem

describe('a store', () => {
  it('S1-27 is created by the documented request and has the members of the earlier platform', async () => {
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
    expect(fixture.repo.snapshot().stores.has('my-shop')).toBe(true)
  })

  it('S1-12 is created with woo or its alias, and refused with medusa and a hint that names woo', async () => {
    expect((await post('/api/v1/stores', { name: 'one', engine: 'woo' })).status).toBe(201)
    expect((await post('/api/v1/stores', { name: 'two', type: 'woocommerce' })).status).toBe(201)
    const refused = await problem(await post('/api/v1/stores', { name: 'three', engine: 'medusa' }))
    expect([refused.code, refused.hint]).toEqual([
      'engine_not_available',
      expect.stringContaining('woo'),
    ])
    expect(fixture.repo.landed).toHaveLength(2)
  })

  it('S1-28 is listed in a plain array and filtered by namespace', async () => {
    await post('/api/v1/stores', { name: 'one' })
    await post('/api/v1/stores', { name: 'two', namespace: 'acme' })
    const names = async (query: string) =>
      ((await (await get(`/api/v1/stores${query}`)).json()) as Store[]).map(({ name }) => name)
    expect([await names(''), await names('?namespace=acme'), await names('?team=default')]).toEqual(
      [['one', 'two'], ['two'], ['one']],
    )
  })

  it('S1-28 is found and deleted only with the namespace of its team', async () => {
    await post('/api/v1/stores', { name: 'two', namespace: 'acme' })
    const statuses = async (method: string) => [
      (await fixture.send(method, '/api/v1/stores/two?namespace=default')).status,
      (await fixture.send(method, '/api/v1/stores/two?namespace=acme')).status,
    ]
    expect(await statuses('GET')).toEqual([404, 200])
    expect(await statuses('DELETE')).toEqual([404, 204])
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

  it('S1-30 is deleted with 204, again with 204 and no commit, and an unknown one is 404', async () => {
    await post('/api/v1/stores', { name: 'shop' })
    expect((await send('DELETE', '/api/v1/stores/shop?reason=over')).status).toBe(204)
    expect((await send('DELETE', '/api/v1/stores/shop')).status).toBe(204)
    expect(fixture.repo.landed.map(({ action }) => action)).toEqual(['create', 'delete'])
    expect((await send('DELETE', '/api/v1/stores/other')).status).toBe(404)
    expect(((await (await get('/api/v1/stores/shop')).json()) as Store).deletedAt).toBe(
      '2026-11-24T12:00:00Z',
    )
  })

  it('is previewed without a commit, with the same result as a dry run', async () => {
    const preview = await (await post('/api/v1/stores:preview', { name: 'shop' })).json()
    expect(await (await post('/api/v1/stores?dryRun=true', { name: 'shop' })).json()).toEqual(
      preview,
    )
    expect(fixture.repo.landed).toEqual([])
    await post('/api/v1/stores', { name: 'shop' })
    const { files, intent } = (await (await get('/api/v1/stores/shop/manifests')).json()) as {
      files: unknown
      intent: unknown
    }
    expect(intent).toMatchObject({ name: 'shop', plan: 'small', nonce: { retry: 0 } })
    expect((preview as { files: unknown }).files).toEqual(files)
  })

  it('has a history, newest first', async () => {
    await post('/api/v1/stores', { name: 'shop', reason: 'new brand' })
    const history = (await (await get('/api/v1/stores/shop/history')).json()) as {
      action: string
      reason: string
    }[]
    expect(history).toMatchObject([{ action: 'create', reason: 'new brand' }])
  })
})

describe('every response', () => {
  it('part of S1-25: has our request id and safe headers, and no CORS header', async () => {
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

  it('reports what is simulated', async () => {
    expect(await (await get('/api/v1/platform')).json()).toMatchObject({
      simulated: true,
      statusSource: 'simulated',
      banners: [{ code: 'simulated' }],
    })
  })

  it('part of S2-09: to a page request is the dashboard, from the same origin as the API', async () => {
    for (const path of ['/', '/new', '/stores/my-shop']) {
      expect(await (await get(path)).text(), path).toBe('<h1>dashboard</h1>')
    }
    expect((await get('/stores/my-shop/nothing')).status).toBe(404)
  })

  const BROWSER = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }

  it.each(['/nope/x', '/rollouts', '/stores/my-shop/nothing'])(
    'S2-09 for %s is 404, with the dashboard for browser navigation and a problem for other clients',
    async (path) => {
      const page = await get(path, BROWSER)
      expect([page.status, await page.text()]).toEqual([404, '<h1>dashboard</h1>'])
      expect(page.headers.get('Vary')).toBe('Accept')
      for (const headers of [{}, { Accept: '*/*' }, { Accept: 'application/json' }]) {
        const reply = await get(path, headers)
        expect([reply.status, reply.headers.get('Content-Type')]).toEqual([
          404,
          'application/problem+json',
        ])
      }
    },
  )

  it.each(['/api/v1/nope', '/api', '/git/nope', '/assets/nope.js'])(
    'for %s is a problem, also in a browser',
    async (path) => {
      const reply = await get(path, BROWSER)
      expect([reply.status, reply.headers.get('Content-Type')]).toEqual([
        404,
        'application/problem+json',
      ])
    },
  )
})
