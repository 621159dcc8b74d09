import { describe, expect, it, onTestFinished } from 'vitest'
import { openPrometheus } from '../../src/adapters/metrics/prometheus.ts'
import { otherPaths, paths } from '../../src/contract/paths.ts'
import type { Problem } from '../../src/contract/problem.ts'
import type { StoreFile } from '../../src/contract/store-file.ts'
import { healths, roles, syncs } from '../../src/contract/words.ts'
import type { Access } from '../../src/domain/access/access.ts'
import { scopesOf } from '../../src/domain/access/identity.ts'
import { StoreError } from '../../src/domain/errors.ts'
import { measures } from '../../src/domain/measures.ts'
import { openChangeFeed } from '../../src/observe/change-feed.ts'
import { readGauges } from '../../src/observe/gauges.ts'
import { createStoreViews } from '../../src/observe/store-views.ts'
import { metricsApp } from '../../src/server/metrics-listener.ts'
import { fakeApplications } from '../../src/testing/fake-applications.ts'
import type { MemoryRepo } from '../../src/testing/memory-repo.ts'
import { healthyApplication } from '../../src/testing/phase-input.ts'
import { storeFile, storeRecord } from '../../src/testing/records.ts'
import { steadyTime } from '../../src/testing/time.ts'
import { memoryLog } from '../../src/testing/writes.ts'
import { keyOf, parsePrometheus, valueOf } from '../prometheus-text.ts'
import { httpFixture } from './fixture.ts'

const NOON = Date.parse('2026-11-24T12:00:00Z')
const now = () => NOON
const applications = () => fakeApplications(now)

/** The whole app with metrics, whose gauges are read from its repo. */
function fixture(set = applications()) {
  const prometheus = openPrometheus()
  const { metrics } = prometheus
  const clock = { now }
  const http = httpFixture({
    metrics,
    applications: set,
    scrape: async () => {
      // The memory repo makes a new snapshot for each call.
      const at = http.repo.snapshot()
      const repo = { ...http.repo, snapshot: () => at }
      const views = createStoreViews({ repo, applications: set, clock })
      const feed = openChangeFeed({ repo, views, applications: set, boot: 'b007b007' })
      onTestFinished(() => feed.close())
      const gauges = { repo, feed, applications: set, access: { tokens: () => [] } }
      const time = steadyTime(now)
      const more = { streams: { size: 0 }, clock, time, node: process.version }
      return prometheus.text(readGauges({ ...gauges, ...more }))
    },
  })
  const scrape = async () => parsePrometheus(await (await http.get('/metrics')).text())
  return { ...http, scrape }
}

const TEAMS = Array.from({ length: 50 }, (_, n) => `team-${n}`)

/** Puts stores of fifty teams, of which every tenth has a plan that platform.yaml lacks. */
function declare(repo: MemoryRepo, set: ReturnType<typeof applications>, count: number): void {
  for (let n = 0; n < count; n += 1) {
    const name = `canary-${n}`
    const change: Partial<StoreFile> = {
      name,
      team: TEAMS[n % TEAMS.length] ?? '',
      plan: n % 10 === 9 ? `plan-${n}` : n % 2 === 0 ? 'small' : 'medium',
    }
    repo.put(storeRecord('2026-11-24T11:00:00Z', storeFile(change)))
    if (n % 3 === 0) {
      const health = healths[n % healths.length] ?? 'Healthy'
      const sync = syncs[n % syncs.length] ?? 'Synced'
      set.set(`store-${name}`, healthyApplication({ name: `store-${name}`, health, sync }))
    }
  }
}

describe('10,000 stores', () => {
  it('S1-10 T9 add no series, and no label names a store, a team or a plan that a push made up', async () => {
    const set = applications()
    const http = fixture(set)
    const keysNow = async () =>
      new Set(
        [...(await http.scrape()).values()].flatMap(({ samples }) => samples.map(keyOf)).toSorted(),
      )
    declare(http.repo, set, 1)
    for (const path of ['canary-0', 'canary-0/history', 'absent-0']) {
      await http.get(`/api/v1/stores/${path}`)
    }
    await http.get('/api/v1/unknown-0')
    await http.scrape()
    const before = await keysNow()
    declare(http.repo, set, 10_000)
    for (let n = 0; n < 50; n += 1) {
      for (const path of [`canary-${n}`, `canary-${n}/history`, `absent-${n}`]) {
        await http.get(`/api/v1/stores/${path}`)
      }
      await http.get(`/api/v1/unknown-${n}`)
    }
    const after = await keysNow()
    expect(before.size).toBeGreaterThan(300)
    expect([...after].filter((key) => !before.has(key))).toEqual([])
    expect([...before].filter((key) => !after.has(key))).toEqual([])
    expect([...after].join('\n')).not.toMatch(/canary|team-|plan-\d|absent|unknown-/)
  })

  it('are counted by health, sync and plan', async () => {
    const set = applications()
    const { repo, scrape } = fixture(set)
    declare(repo, set, 10_000)
    const deleted = storeFile({
      name: 'gone',
      lifecycle: { state: 'deleted' as const, since: '2026-11-24T11:00:00Z' },
    })
    repo.put(storeRecord('2026-11-24T11:00:00Z', deleted))
    const families = await scrape()
    const samples = families.get('storewright_stores')?.samples ?? []
    expect(samples.reduce((sum, { value }) => sum + value, 0)).toBe(10_000)
    const ofPlan = (plan: string) =>
      samples
        .filter(({ labels }) => labels['plan'] === plan)
        .reduce((sum, { value }) => sum + value, 0)
    expect(['small', 'medium', 'other'].map(ofPlan)).toEqual([5_000, 4_000, 1_000])
  })
})

describe('requests', () => {
  it('are counted by method, pattern of the route and status', async () => {
    const { get, post, send, scrape } = fixture()
    await post('/api/v1/stores', { name: 'one' })
    await post('/api/v1/stores', { name: 'two' })
    await post('/api/v1/stores', { name: 'two' })
    await post('/api/v1/stores:preview', { name: 'three' })
    await get('/api/v1/stores/one')
    await get('/api/v1/stores/none')
    await get('/api/v1/stores/one', { Host: 'evil.example' })
    await send('PURGE', '/api/v1/stores/one')
    const families = await scrape()
    const count = (http_request_method: string, http_route: string, status: number) =>
      valueOf(families, 'http_server_request_duration_seconds_count', {
        http_request_method,
        http_route,
        http_response_status_code: String(status),
      })
    expect(count('POST', '/api/v1/stores', 201)).toBe(2)
    expect(count('POST', '/api/v1/stores', 409)).toBe(1)
    expect(count('POST', '/api/v1/stores:preview', 200)).toBe(1)
    expect(count('GET', '/api/v1/stores/{name}', 200)).toBe(1)
    expect(count('GET', '/api/v1/stores/{name}', 404)).toBe(1)
    expect(count('GET', '/*', 403) + count('_OTHER', '/*', 405)).toBe(2)
  })

  it('have only routes of the contract as labels', async () => {
    const { get, scrape } = fixture()
    const all: readonly string[] = [...Object.values(paths), ...Object.values(otherPaths)].map(
      ([, path]) => path,
    )
    for (const path of all) {
      const reply = await get(path.replaceAll(/\{\w+\}/g, 'x').replace('*', 'x'))
      await reply.body?.cancel()
    }
    const { samples = [] } = (await scrape()).get('http_server_request_duration_seconds') ?? {}
    const routes = new Set(samples.map(({ labels }) => labels['http_route'] ?? ''))
    expect(routes.size).toBeGreaterThan(15)
    expect([...routes].filter((route) => !all.includes(route))).toEqual([])
  })
})

describe('who may read /metrics', () => {
  const access: Access = {
    identify({ authorization }) {
      const [, role, team] = /^Bearer (\w+)\.(\S+)$/.exec(authorization ?? '') ?? []
      const known = roles.find((each) => each === role)
      if (known === undefined || team === undefined)
        return new StoreError('unauthenticated', 'this request has no credentials')
      const grants = new Map([[team, new Set(scopesOf(known))]])
      return { subject: `token:${known}`, kind: 'token', grants, expiresAt: null }
    },
    tokens: () => [],
    signIn: null,
    exchange: null,
    cliSignIn: null,
    revoke: async () => false,
    isCurrent: () => true,
  }
  const secret = 'every-team 10000'
  const scrape = async () => ({ contentType: 'text/plain; version=0.0.4', body: secret })

  it.each([
    ['no credentials', undefined, 401],
    ['unknown credentials', 'Bearer x', 401],
    ['a viewer of one team', 'Bearer viewer.acme', 403],
    ['an admin of one team', 'Bearer admin.acme', 403],
    ['a viewer of all teams', 'Bearer viewer.*', 200],
    ['an admin of all teams', 'Bearer admin.*', 200],
  ])('%s', async (_who, authorization, status) => {
    const { get } = httpFixture({ access, scrape })
    const headers: Record<string, string> =
      authorization === undefined ? {} : { Authorization: authorization }
    const reply = await get('/metrics', headers)
    const text = await reply.text()
    expect([reply.status, text === secret, text.includes(secret)]).toEqual([
      status,
      status === 200,
      status === 200,
    ])
  })

  it('the local identity may without authentication', async () => {
    const reply = await httpFixture({ scrape }).get('/metrics')
    expect([reply.status, reply.headers.get('Content-Type')]).toEqual([
      200,
      'text/plain; version=0.0.4',
    ])
  })

  it.each(['/metrics', '/metrics/', '/metrics?x=1'])(
    'the main listener answers 404 to %s if there is one for metrics, also to an admin',
    async (path) => {
      const { get } = httpFixture({ access, scrape: null })
      const reply = await get(path, { Authorization: 'Bearer admin.*' })
      expect([reply.status, ((await reply.json()) as Problem).code]).toEqual([
        404,
        'route_not_found',
      ])
    },
  )

  it('an unknown parameter is refused', async () => {
    const reply = await httpFixture({ scrape }).get('/metrics?name=x')
    expect([reply.status, ((await reply.json()) as Problem).code]).toEqual([400, 'invalid_query'])
  })
})

describe('the listener for metrics', () => {
  const app = metricsApp(
    async () => ({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' }),
    memoryLog(),
    () => 'id',
  )
  const get = async (path: string, method = 'GET') =>
    app.request(`http://10.0.0.7:9090${path}`, { method, headers: { Host: '10.0.0.7:9090' } })

  it('serves /metrics and /healthz under any host name', async () => {
    expect(await (await get('/metrics')).text()).toBe('up 1\n')
    expect(await (await get('/healthz')).json()).toEqual({ status: 'alive' })
  })

  it('serves nothing else', async () => {
    const all = [...Object.values(paths), ...Object.values(otherPaths)].filter(
      ([, path]) => path !== '/metrics' && path !== '/healthz',
    )
    expect(all.length).toBeGreaterThan(40)
    for (const [method, path] of all) {
      const filled = path.replaceAll(/\{\w+\}/g, 'shop').replace('*', 'x')
      const reply = await get(filled, method === 'all' ? 'POST' : method.toUpperCase())
      expect([path, reply.status]).toEqual([path, 404])
    }
    for (const method of ['POST', 'DELETE', 'PUT'])
      expect((await get('/metrics', method)).status).toBe(404)
  })
})

it('every measure has a label list without stores, teams and people', () => {
  const labels = Object.values(measures).flatMap((measure) => Object.keys(measure.labels))
  expect(new Set(labels)).toEqual(
    new Set([
      ...['stage', 'health', 'sync', 'plan', 'result', 'call', 'cause', 'reason', 'host', 'kind'],
      ...['version', 'node', 'http_request_method', 'http_route', 'http_response_status_code'],
    ]),
  )
})
