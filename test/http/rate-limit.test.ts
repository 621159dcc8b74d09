import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryLimits } from '../../src/adapters/limits/memory-limits.ts'
import type { Problem } from '../../src/contract/problem.ts'
import type { Access } from '../../src/domain/access/access.ts'
import { LOCAL } from '../../src/domain/access/identity.ts'
import type { Bucket } from '../../src/domain/access/rate-limits.ts'
import { limitsOf } from '../../src/server/limits.ts'
import { httpFixture } from './fixture.ts'

/** Each Bearer token is an identity of its own, which may do everything. */
const access: Access = {
  identify: ({ authorization = 'Bearer one' }) => ({ ...LOCAL, subject: authorization.slice(7) }),
  tokens: () => [],
  signIn: null,
  exchange: null,
  cliSignIn: null,
  revoke: async () => false,
  isCurrent: () => true,
}
const as = (subject: string) => ({ Authorization: `Bearer ${subject}` })

function limited(limits: Partial<Record<Bucket, number>>) {
  const all = { address: 0, read: 0, preview: 0, write: 0, creates: 0, ...limits }
  const http = httpFixture({ access, limits: memoryLimits({ limits: all, windowSeconds: 60 }) })
  let made = 0
  const create = (headers: Record<string, string> = {}, query = '') =>
    http.post(`/api/v1/stores${query}`, { name: `shop-${(made += 1)}` }, headers)
  return { http, create }
}

const statuses = async (replies: readonly Promise<Response>[]) =>
  (await Promise.all(replies)).map(({ status }) => status)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('rate limits', () => {
  it('S1-21 the fourth write in a window is 429, reads count apart, and the next window begins anew', async () => {
    const { http, create } = limited({ write: 3 })
    for (const left of [2, 1, 0]) {
      const reply = await create()
      expect([reply.status, reply.headers.get('RateLimit')]).toEqual([
        201,
        `"write";r=${left};t=60`,
      ])
      expect(reply.headers.get('RateLimit-Policy')).toBe('"write";q=3;w=60')
    }
    await vi.advanceTimersByTimeAsync(18_000)
    const refused = await create()
    const problem = (await refused.json()) as Problem
    expect([refused.status, problem.code, problem.detail, problem.error]).toEqual([
      429,
      'rate_limited',
      'rate limit exceeded',
      'rate limit exceeded',
    ])
    expect(problem['violated-policies']).toEqual(['write'])
    expect(problem.hint).toContain('RATE_LIMIT, RATE_WINDOW')
    expect(refused.headers.get('Retry-After')).toBe('42')
    expect(refused.headers.get('RateLimit')).toBe('"write";r=0;t=42')
    expect(http.repo.landed).toHaveLength(3)
    expect((await http.get('/api/v1/stores')).status).toBe(200)
    await vi.advanceTimersByTimeAsync(42_001)
    expect((await create()).status).toBe(201)
  })

  it('each identity has its own buckets, whatever address it claims', async () => {
    const { create } = limited({ write: 3 })
    const forged = Array.from({ length: 50 }, (_, n) =>
      create({ ...as('one'), 'X-Forwarded-For': `10.0.0.${n}`, Forwarded: `for=10.0.0.${n}` }),
    )
    expect((await statuses(forged)).filter((status) => status === 201)).toHaveLength(3)
    expect((await create(as('two'))).status).toBe(201)
  })

  it('all identities together have one bucket of creates', async () => {
    const { http, create } = limited({ creates: 2 })
    const made = await statuses(['one', 'two', 'three'].map((subject) => create(as(subject))))
    expect(made.toSorted()).toEqual([201, 201, 429])
    expect((await http.send('DELETE', '/api/v1/stores/shop-1')).status).toBe(204)
  })

  it('previews and dry runs count apart from reads and writes', async () => {
    const { http, create } = limited({ write: 1, preview: 2, read: 1 })
    expect(await statuses([create({}, '?dryRun=true'), create({}, '?dryRun=true')])).toEqual([
      200, 200,
    ])
    expect((await http.post('/api/v1/stores:preview', { name: 'x' })).status).toBe(429)
    expect((await create()).status).toBe(201)
    expect((await http.get('/api/v1/stores')).status).toBe(200)
    expect((await http.get('/api/v1/stores')).status).toBe(429)
  })

  it('a refused request counts too', async () => {
    const { http } = limited({ write: 2 })
    const bad = () => http.post('/api/v1/stores', { name: 'NOT a name' })
    expect(await statuses([bad(), bad(), bad()])).toEqual([400, 400, 429])
  })

  it('an address has one bucket before its credentials are read, and probes none', async () => {
    const { http } = limited({ address: 2 })
    const ask = async (peer: string, n: number, path = '/api/v1/stores') =>
      http.app.request(
        `http://localhost:8080${path}`,
        { headers: { ...as(`subject-${n}`), Host: 'localhost:8080' } },
        { peer },
      )
    expect(await statuses([1, 2, 3].map((n) => ask('10.0.0.1', n)))).toEqual([200, 200, 429])
    const refused = await ask('10.0.0.1', 4, '/docs')
    const problem = (await refused.json()) as Problem
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, '60'])
    expect(refused.headers.get('RateLimit-Policy')).toBe('"address";q=2;w=60')
    expect(problem['violated-policies']).toEqual(['address'])
    expect(problem.hint).toContain('requests of your address')
    expect(problem.hint).toContain('RATE_LIMIT_ADDRESS')
    expect((await ask('10.0.0.1', 5, '/healthz')).status).toBe(200)
    expect((await ask('10.0.0.2', 6)).status).toBe(200)
    const sameNetwork = ['2001:db8::1', '2001:db8::2', '2001:db8:0:0:ffff::3']
    expect(await statuses(sameNetwork.map((peer, n) => ask(peer, n)))).toEqual([200, 200, 429])
  })

  it('probes, documents and the stream have no limit', async () => {
    const { http } = limited({ read: 1, write: 1, preview: 1, creates: 1 })
    for (const path of ['/healthz', '/readyz', '/docs', '/', '/openapi.json', '/api/v1/stream']) {
      for (let n = 0; n < 3; n += 1) {
        const reply = await http.get(path)
        expect([path, reply.status]).toEqual([path, 200])
        await reply.body?.cancel()
      }
    }
  })
})

describe('the limits of a configuration', () => {
  const none = {
    rateLimit: null,
    rateLimitRead: null,
    rateLimitCreates: null,
    rateLimitAddress: null,
    rateWindow: 60_000,
    oidcIssuer: null,
  }

  it('are none without authentication, and 60 writes with it', () => {
    expect(limitsOf({ ...none, tokensFile: null })).toEqual({
      address: 0,
      read: 0,
      preview: 0,
      write: 0,
      creates: 0,
    })
    const known = { address: 1200, read: 600, preview: 120, write: 60, creates: 100 }
    expect(limitsOf({ ...none, tokensFile: 'x' })).toEqual(known)
    expect(limitsOf({ ...none, tokensFile: null, oidcIssuer: 'https://id.example' })).toEqual(known)
  })

  it('are those that it names, with and without authentication, and 0 is none', () => {
    const set = {
      ...none,
      rateLimit: 3,
      rateLimitRead: 11,
      rateLimitCreates: 0,
      rateLimitAddress: 20,
    }
    for (const tokensFile of [null, 'x'])
      expect(limitsOf({ ...set, tokensFile })).toEqual({
        address: 20,
        read: 11,
        preview: 3,
        write: 3,
        creates: 0,
      })
  })
})
