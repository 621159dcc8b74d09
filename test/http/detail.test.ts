import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openConnection } from '../../src/adapters/argocd/connection.ts'
import { argoCdDetail } from '../../src/adapters/argocd/rest-detail.ts'
import type { Check, Resources, StoreEvent } from '../../src/contract/detail.ts'
import type { Problem } from '../../src/contract/problem.ts'
import { ill, openChecks, well } from '../../src/observe/checks.ts'
import { fakeApplications } from '../../src/testing/fake-applications.ts'
import { type FakeArgoCd, fakeArgoCd } from '../../src/testing/fake-argo-cd.ts'
import { httpFixture, type HttpFixture } from './fixture.ts'

const APP = '/api/v1/applications/store-shop'
const node = (kind: string, name: string, health: string | null, parent: string | null) => ({
  group: kind === 'Deployment' ? 'apps' : '',
  kind,
  namespace: 'store-shop',
  name,
  uid: `uid-${name}`,
  parentRefs: parent === null ? undefined : [{ uid: `uid-${parent}` }],
  health: health === null ? undefined : { status: health, message: `${name} is ${health}` },
  createdAt: '2026-11-24T12:00:03Z',
})

let argo: FakeArgoCd
let fixture: HttpFixture
beforeEach(async () => {
  argo = await fakeArgoCd()
  const access = {
    server: argo.url,
    token: async () => 'argo-token',
    tls: { rejectUnauthorized: true },
  }
  fixture = httpFixture({
    detail: argoCdDetail(openConnection(access), (record) => `stores-of-${record.team}`),
    applications: fakeApplications(Date.now),
  })
  await fixture.post('/api/v1/stores', { name: 'shop', reason: 'for the fair' })
  argo.answer(`${APP}/resource-tree`, {
    status: 200,
    body: {
      nodes: [
        node('Deployment', 'wordpress', 'Progressing', null),
        node('Pod', 'wordpress-1', null, 'wordpress'),
      ],
    },
  })
  argo.answer(APP, {
    status: 200,
    body: {
      status: {
        resources: [
          {
            group: 'apps',
            kind: 'Deployment',
            namespace: 'store-shop',
            name: 'wordpress',
            status: 'Synced',
          },
        ],
      },
    },
  })
})
afterEach(() => argo.close())

describe('the detail of a store', () => {
  it('lists its objects as a tree, with their health and sync status', async () => {
    const reply = (await (await fixture.get('/api/v1/stores/shop/resources')).json()) as Resources
    expect(reply.source).toBe('argocd')
    expect(
      reply.nodes.map(({ kind, health, sync, parent }) => [kind, health, sync, parent]),
    ).toEqual([
      ['Deployment', 'Progressing', 'Synced', null],
      ['Pod', null, null, 'uid-wordpress'],
    ])
    expect(argo.requests.every((line) => line.includes('project=stores-of-default'))).toBe(true)
  })

  it('S1-11 merges cluster events with changes, newest first, with repeats combined', async () => {
    const event = (at: string) => ({
      type: 'Warning',
      reason: 'Failed',
      message: 'ImagePullBackOff',
      lastTimestamp: at,
      count: 2,
      involvedObject: { kind: 'Pod', name: 'wordpress-1' },
    })
    argo.answer(`${APP}/events`, {
      status: 200,
      body: { items: [event('2026-11-24T12:05:00Z'), event('2026-11-24T12:09:00Z')] },
    })
    const events = (await (await fixture.get('/api/v1/stores/shop/events')).json()) as StoreEvent[]
    expect(events.map(({ source, reason, object, at }) => [source, reason, object, at])).toEqual([
      ['kubernetes', 'Failed', 'Pod wordpress-1', '2026-11-24T12:09:00Z'],
      ['audit', 'create', 'Store shop', '2026-11-24T12:00:00.000Z'],
    ])
    // Three requests (Application, Deployment, Pod), each with two events of count two.
    expect(events[0]?.count).toBe(12)
    expect(events[1]?.message).toContain('for the fair')
  })

  it('S1-11 lists only changes while Argo CD is unavailable', async () => {
    argo.answer(`${APP}/resource-tree`, { status: 500, body: {} })
    const response = await fixture.get('/api/v1/stores/shop/events')
    expect(response.status).toBe(200)
    expect(((await response.json()) as StoreEvent[]).map(({ source }) => source)).toEqual(['audit'])
  })

  it('returns the last lines of a log as plain text', async () => {
    const lines = ['one', '<script>two</script>'].map((content) =>
      JSON.stringify({ result: { content } }),
    )
    argo.answer(`${APP}/logs`, {
      status: 200,
      body: [...lines, JSON.stringify({ result: { content: '', last: true } })].join('\n'),
    })
    const response = await fixture.get('/api/v1/stores/shop/logs?pod=wordpress-1&tail=7')
    expect([response.status, await response.text()]).toEqual([200, 'one\n<script>two</script>\n'])
    expect(response.headers.get('Content-Type')).toMatch(/^text\/plain/)
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(argo.requests.at(-1)).toContain('podName=wordpress-1&tailLines=7')
  })

  it('is refreshed by a read request, not by a write', async () => {
    expect((await fixture.post('/api/v1/stores/shop/refresh', {})).status).toBe(202)
    expect(argo.requests.at(-1)).toBe(`GET ${APP}?project=stores-of-default&refresh=normal`)
    expect(new Set(argo.requests.map((line) => line.split(' ')[0]))).toEqual(new Set(['GET']))
  })

  it.each([
    ['GET', '/resources'],
    ['GET', '/logs?pod=a'],
    ['POST', '/refresh'],
  ])(
    'F19 %s %s is 503 with a hint if Argo CD refuses, without its message',
    async (method, path) => {
      const body = { error: 'token argo-token at 10.1.2.3 expired' }
      for (const at of [APP, `${APP}/resource-tree`, `${APP}/logs`])
        argo.answer(at, { status: 401, body })
      const response = await fixture.send(method, `/api/v1/stores/shop${path}`)
      const problem = (await response.json()) as Problem
      expect([response.status, problem.code, response.headers.get('Retry-After')]).toEqual([
        503,
        'status_unavailable',
        '10',
      ])
      expect(problem.detail).toContain('refuses our credentials')
      expect(JSON.stringify(problem)).not.toMatch(/10\.1\.2\.3|argo-token/)
    },
  )

  it.each(['/resources', '/events', '/logs?pod=a'])(
    'is 404 for an unknown store: %s',
    async (path) => {
      expect((await fixture.get(`/api/v1/stores/none${path}`)).status).toBe(404)
    },
  )
})

describe('without a cluster', () => {
  it('lists the objects that Git declares', async () => {
    const own = httpFixture()
    await own.post('/api/v1/stores', { name: 'shop' })
    const reply = (await (await own.get('/api/v1/stores/shop/resources')).json()) as Resources
    expect(reply.source).toBe('git')
    const kinds = reply.nodes.map(({ kind, name }) => `${kind} ${name}`)
    expect(kinds).toEqual(
      expect.arrayContaining([
        'Namespace store-shop',
        'StatefulSet mariadb',
        'Deployment wordpress',
      ]),
    )
    expect(reply.nodes.length).toBeGreaterThan(15)
    expect((await own.get('/api/v1/stores/shop/logs?pod=a')).status).toBe(503)
  })
})

describe('checks', () => {
  it('keep the time of the last change, and run again on request', async () => {
    let ok = true
    let now = Date.parse('2026-11-24T12:00:00Z')
    const probe = async () => (ok ? well('fine') : ill('bad', 'mend it'))
    const slow = async () => {
      throw new Error('secret')
    }
    const checks = openChecks(
      new Map([
        ['one', probe],
        ['two', slow],
      ]),
      { now: () => now },
    )
    const own = httpFixture({ checks })
    const list = (await (await own.get('/api/v1/checks')).json()) as Check[]
    expect(list.map(({ name, ok: well, fix }) => [name, well, fix])).toEqual([
      ['one', true, null],
      ['two', false, expect.any(String)],
    ])
    expect(JSON.stringify(list)).not.toContain('secret')
    ok = false
    now += 60_000
    const fresh = (await (await own.post('/api/v1/checks/one', {})).json()) as Check
    expect(fresh).toEqual({
      name: 'one',
      ok: false,
      level: 'fail',
      since: '2026-11-24T12:01:00.000Z',
      lastOkAt: '2026-11-24T12:00:00.000Z',
      detail: 'bad',
      fix: 'mend it',
    })
    expect((await own.post('/api/v1/checks/none', {})).status).toBe(404)
  })
})
