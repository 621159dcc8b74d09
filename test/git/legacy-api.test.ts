import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LegacyAuditEntry, LegacyMetrics, LegacyStore } from '../../src/contract/legacy.ts'
import type { Problem } from '../../src/contract/problem.ts'
import {
  git,
  post,
  scratch,
  type ServerProcess,
  startServer,
} from '../../src/testing/server-process.ts'

const SINCE = '@1795219200'
const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/
const READY_WITHIN = { timeout: 60_000, interval: 250 }

/** As clients of that platform parse its times. */
const parsed = (time: string | null) => Date.parse(`${time}Z`)

let server: ServerProcess
const head = () => git(join(server.dataDir, 'stores.git'), 'rev-parse', 'main')
const get = (path: string) => fetch(server.url + path)
const read = async <T>(path: string) => (await (await get(path)).json()) as T
const metrics = () => read<LegacyMetrics>('/api/metrics')
const store = (name: string) => read<LegacyStore>(`/api/stores/${name}`)
const remove = (name: string) => fetch(`${server.url}/api/stores/${name}`, { method: 'DELETE' })

describe('the seven routes of the earlier API', () => {
  beforeAll(async () => void (server = await startServer(await scratch())))
  afterAll(() => server.end('SIGTERM'))

  it('S2-32 POST /api/stores creates a store, and GET returns it in the shape of that API', async () => {
    const body = { name: 'my-shop', type: 'woocommerce', adminUser: 'keeper' }
    const reply = await post(server.url, '/api/stores', body)
    expect(reply.status).toBe(201)
    expect(reply.headers.get('Deprecation')).toBe(SINCE)
    expect(reply.headers.get('Link')).toBe('</api/v1/stores>; rel="successor-version"')
    expect(reply.headers.get('Sunset')).toBeNull()
    const created = (await reply.json()) as LegacyStore
    expect(created).toEqual({
      id: 'my-shop',
      name: 'my-shop',
      slug: 'my-shop',
      type: 'woocommerce',
      status: 'provisioning',
      namespace: 'store-my-shop',
      store_url: null,
      admin_url: null,
      error_message: null,
      provision_started_at: expect.stringMatching(TIME),
      provision_finished_at: null,
      created_at: expect.stringMatching(TIME),
      updated_at: expect.stringMatching(TIME),
    })
    expect(Math.abs(parsed(created.created_at) - Date.now())).toBeLessThan(10_000)
    expect(await read('/api/v1/stores/my-shop')).toMatchObject({
      team: 'default',
      plan: 'small',
      adminUser: 'keeper',
    })
    await vi.waitFor(
      async () =>
        expect(await store('my-shop')).toEqual({
          ...created,
          status: 'ready',
          store_url: expect.stringMatching(/^http:\/\/my-shop\./),
          admin_url: expect.stringMatching(/^http:\/\/my-shop\..*\/wp-admin$/),
          provision_finished_at: expect.stringMatching(TIME),
          updated_at: expect.stringMatching(TIME),
        }),
      READY_WITHIN,
    )
  })

  it('S2-32 GET /api/stores lists every store, newest first', async () => {
    const before = parsed((await store('my-shop')).created_at)
    // Times of commits have a resolution of one second.
    await vi.waitFor(() => expect(Date.now() - before).toBeGreaterThan(1000))
    expect((await post(server.url, '/api/stores', { name: 'newer' })).status).toBe(201)
    const reply = await get('/api/stores')
    expect([reply.status, reply.headers.get('Deprecation')]).toEqual([200, SINCE])
    const listed = (await reply.json()) as LegacyStore[]
    expect(listed.map(({ id }) => id)).toEqual(['newer', 'my-shop'])
    expect(listed[1]).toEqual(await store('my-shop'))
  })

  it('S2-32 DELETE /api/stores/:id deletes a store, which is listed until its data is gone', async () => {
    // Sent together, because the purge begins within a second and refuses a later one.
    for (const reply of await Promise.all([remove('newer'), remove('newer')])) {
      expect(reply.status).toBe(200)
      expect(await reply.json()).toEqual({ message: 'Store deletion initiated' })
    }
    expect((await store('newer')).status).toBe('deleting')
    await vi.waitFor(async () => expect((await get('/api/stores/newer')).status).toBe(404), {
      timeout: 100_000,
      interval: 250,
    })
    const listed = await read<LegacyStore[]>('/api/stores')
    expect(listed.map(({ id }) => id)).toEqual(['my-shop'])
  })

  it('S2-32 GET /api/stores/audit/log returns the newest commits, without addresses', async () => {
    const log = await read<LegacyAuditEntry[]>('/api/stores/audit/log')
    const ofNewer = log.filter(({ store_id }) => store_id === 'newer')
    expect(ofNewer.map(({ action }) => action)).toEqual([
      'remove',
      'purge',
      'delete_start',
      'create',
    ])
    for (const { id, details, ip_address, created_at } of ofNewer) {
      expect(id).toMatch(/^[0-9a-f]{40}$/)
      expect(JSON.parse(details)).toMatchObject({ name: 'newer' })
      expect([ip_address, TIME.test(created_at)]).toEqual([null, true])
    }
    const newest = await read<LegacyAuditEntry[]>('/api/stores/audit/log?limit=2')
    expect(newest).toEqual(log.slice(0, 2))
    expect((await get('/api/stores/audit/log?limit=0')).status).toBe(400)
  })

  it('S2-32 GET /api/health and GET /api/metrics answer in the shape of that API', async () => {
    const reply = await get('/api/health')
    const health = (await reply.json()) as { status: string; timestamp: string }
    expect([reply.status, reply.headers.get('Deprecation')]).toEqual([200, SINCE])
    expect(health).toEqual({ status: 'ok', timestamp: expect.stringMatching(/T.*Z$/) })
    expect(Math.abs(Date.parse(health.timestamp) - Date.now())).toBeLessThan(10_000)
    expect(Object.keys(await metrics())).toEqual([
      'total_stores',
      'stores_by_status',
      'total_failures',
      'avg_provision_duration_seconds',
      'active_provisions',
      'queued_provisions',
      'max_concurrent_provisions',
      'max_stores',
    ])
  })

  it.each([
    [{ name: 'pass', adminPassword: 'hunter2-hunter2' }, 400, 'password_not_accepted'],
    [{ name: 'My Shop' }, 400, 'invalid_request'],
    [{ name: 'plan', plan: 'large' }, 400, 'invalid_request'],
    [{ name: 'medusa-shop', type: 'medusa' }, 422, 'engine_not_available'],
    [{ name: 'my-shop' }, 409, 'name_taken'],
  ])('S2-32 refuses %j with %i %s, and commits nothing', async (body, status, code) => {
    const before = await head()
    const reply = await post(server.url, '/api/stores', body)
    const problem = (await reply.json()) as Problem
    expect([reply.status, problem.code, problem.error]).toEqual([status, code, problem.detail])
    expect(reply.headers.get('Deprecation')).toBe(SINCE)
    expect(reply.headers.get('Link')).toContain(`</docs/problems/${code}>; rel="help", </api/v1/st`)
    expect(JSON.stringify(problem)).not.toContain('hunter2')
    expect(await head()).toBe(before)
  })

  const REFUSED: readonly [string, string, RequestInit, number][] = [
    ['a body over 64 KiB', 'POST', { body: JSON.stringify({ name: 'x'.repeat(70_000) }) }, 413],
    [
      'a body of another type',
      'POST',
      { body: 'name=x', headers: { 'Content-Type': 'text/plain' } },
      415,
    ],
    ['deep JSON', 'POST', { body: `${'['.repeat(40)}${']'.repeat(40)}` }, 400],
    ['an unknown method', 'PUT', { body: '{}' }, 405],
  ]

  it.each(REFUSED)(
    'S2-36 refuses %s (%s), and commits nothing',
    async (_what, method, init, status) => {
      const headers = { 'Content-Type': 'application/json', ...init.headers }
      const before = await head()
      const reply = await fetch(`${server.url}/api/stores`, { method, ...init, headers })
      expect(reply.status).toBe(status)
      expect(await reply.json()).toMatchObject({ error: expect.any(String) })
      expect(await head()).toBe(before)
    },
  )
})
