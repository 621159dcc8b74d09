import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Applications } from '../../domain/ports.ts'
import { type FakeApiServer, fakeApiServer } from '../../testing/fake-api-server.ts'
import { rawApplication } from '../../testing/raw-application.ts'
import { storeFile, storeRecord } from '../../testing/records.ts'
import { openConnection } from './connection.ts'
import { kubernetesApplications } from './kubernetes-watch.ts'

const record = (name: string) => storeRecord('2026-11-24T12:00:00Z', storeFile({ name }))
let server: FakeApiServer
let applications: Applications
let said: string[]

function open(more: { pageSize?: number; idleMs?: number } = {}): Applications {
  const log = (message: string, fields?: { detail?: string }) =>
    void said.push(`${message} ${fields?.detail ?? ''}`.trim())
  const connection = openConnection({
    server: server.url,
    token: async () => 'secret-token',
    tls: { rejectUnauthorized: true },
  })
  applications = kubernetesApplications({
    connection,
    namespace: 'argocd',
    clock: { now: () => Date.now() },
    log: { debug: log, info: log, warn: log, error: log },
    backoff: { minMs: 20, maxMs: 100 },
    ...more,
  })
  return applications
}

async function until(what: () => boolean): Promise<void> {
  for (let n = 0; n < 400; n += 1) {
    if (what()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  expect(what()).toBe(true)
}

const seen = (name: string) => applications.get(record(name))
const count = (verb: string) =>
  server.requests.filter((each) => each.verb === verb && each.resource === 'applications').length

beforeEach(async () => {
  server = await fakeApiServer()
  said = []
})
afterEach(async () => {
  await applications.close()
  await server.close()
})

describe('kubernetesApplications', () => {
  it('lists all pages, then follows every change', async () => {
    for (let n = 0; n < 25; n += 1) server.put('applications', rawApplication(`store-s${n}`))
    const changed: string[] = []
    open({ pageSize: 10 }).onChanged((names) => changed.push(...names))
    await applications.listed
    expect(count('list')).toBe(3)
    expect(Array.from({ length: 25 }, (_, n) => seen(`s${n}`)?.health)).toEqual(
      Array(25).fill('Healthy'),
    )
    expect(changed).toHaveLength(25)
    server.put(
      'applications',
      rawApplication('store-s3', { status: { health: { status: 'Degraded' } } }),
    )
    server.remove('applications', 'store-s4')
    server.put('applications', rawApplication('store-new'))
    await until(() => seen('new') !== null)
    expect([seen('s3')?.health, seen('s4')]).toEqual(['Degraded', null])
    expect(changed.slice(25)).toEqual(['store-s3', 'store-s4', 'store-new'])
  })

  it('F20 resumes a broken watch from its last version and misses no change', async () => {
    server.put('applications', rawApplication('store-shop'))
    await open().listed
    await until(() => count('watch') === 1)
    server.cutWatches()
    server.put(
      'applications',
      rawApplication('store-shop', { status: { health: { status: 'Missing' } } }),
    )
    server.put('applications', rawApplication('store-other'))
    await until(() => seen('other') !== null)
    expect(seen('shop')?.health).toBe('Missing')
    expect(count('list')).toBe(1)
  })

  it.each([
    ['an ERROR event', () => server.failWatches(410)],
    ['an event that is not JSON', () => server.sayToWatches('{"type":"MODIF\n')],
    ['an event of an unknown type', () => server.sayToWatches('{"type":"SURPRISE","object":{}}\n')],
    [
      'an event without a version',
      () => server.sayToWatches('{"type":"BOOKMARK","object":{"metadata":{}}}\n'),
    ],
  ])('F20 lists again after %s', async (_what, fail) => {
    server.put('applications', rawApplication('store-shop'))
    await open().listed
    await until(() => count('watch') === 1)
    fail()
    await until(() => count('list') === 2 && count('watch') === 2)
    server.put('applications', rawApplication('store-late'))
    await until(() => seen('late') !== null)
    expect(seen('shop')).not.toBeNull()
  })

  it('F20 lists again if its version has expired, and drops deleted Applications', async () => {
    server.put('applications', rawApplication('store-shop'))
    server.put('applications', rawApplication('store-gone'))
    await open().listed
    await until(() => count('watch') === 1)
    server.expire()
    server.cutWatches()
    server.remove('applications', 'store-gone')
    server.expire()
    await until(() => count('list') >= 2)
    await until(() => seen('gone') === null)
    expect(seen('shop')).not.toBeNull()
  })

  it.each([
    ['401', { kind: 'status', status: 401 }, /refuses our credentials/],
    ['403', { kind: 'status', status: 403 }, /may not read/],
    ['500', { kind: 'status', status: 500 }, /status 500/],
    ['garbage', { kind: 'garbage' }, /not JSON/],
    ['a closed connection', { kind: 'hang-up' }, /no answer/],
  ] as const)(
    'F19 keeps the last status after %s from the server, retries with a backoff and recovers',
    async (_what, fault, problem) => {
      server.put('applications', rawApplication('store-shop'))
      await open().listed
      await until(() => count('watch') === 1)
      server.setFault(fault)
      const before = server.requests.length
      server.failWatches(410)
      await until(() => applications.problem() !== null)
      await new Promise((resolve) => setTimeout(resolve, 500))
      expect(applications.problem()).toMatch(problem)
      expect(seen('shop')?.health).toBe('Healthy')
      // Pauses of 10–20, 20–40, 40–80, then 50–100 ms for two resources: at most 15 each in half a second.
      expect(server.requests.length - before).toBeLessThan(32)
      expect(said.join('\n')).not.toContain('secret-token')
      const lines = said.length
      expect(lines).toBeLessThan(6)
      server.setFault(null)
      await until(() => applications.problem() === null)
      server.put('applications', rawApplication('store-late'))
      await until(() => seen('late') !== null)
    },
  )

  it('F19 reopens a silent watch and reports the time of the last data', async () => {
    server.put('applications', rawApplication('store-shop'))
    await open({ idleMs: 60 }).listed
    const listedAt = applications.asOf()
    await until(() => count('watch') >= 3)
    expect(count('list')).toBe(1)
    expect(applications.asOf()).toBe(listedAt)
    await until(() => {
      server.bookmark()
      return applications.asOf() > listedAt
    })
  })

  it('backs off from a server that ends every watch at once', async () => {
    await open().listed
    const timer = setInterval(() => server.cutWatches(), 1)
    const before = server.requests.length
    await new Promise((resolve) => setTimeout(resolve, 500))
    clearInterval(timer)
    expect(server.requests.length - before).toBeLessThan(32)
  })

  it('S1-20 uses only the verbs list and watch, on applications and applicationsets', async () => {
    server.put('applications', rawApplication('store-shop'))
    await open().listed
    server.failWatches(410)
    await until(() =>
      server.requests.some(({ verb, resource }) => verb + resource === 'watchapplicationsets'),
    )
    await until(() => count('watch') >= 1)
    const spoken = new Set(server.requests.map(({ verb, resource }) => `${verb} ${resource}`))
    expect([...spoken].toSorted()).toEqual([
      'list applications',
      'list applicationsets',
      'watch applications',
      'watch applicationsets',
    ])
  })

  it('reports the error of any of our ApplicationSets until it is resolved', async () => {
    const set = (name: string, status: string) => ({
      metadata: { name },
      status: {
        conditions: [
          {
            type: 'ErrorOccurred',
            status,
            reason: 'ApplicationGenerationFromParamsError',
            message: 'bad',
          },
        ],
      },
    })
    server.put('applicationsets', set('stores', 'False'))
    await open().listed
    expect(applications.applicationSet()).toEqual({ error: null })
    server.put('applicationsets', set('stores-acme', 'True'))
    await until(() => applications.applicationSet()?.error?.message === 'bad')
    // A blocked set does not affect the others. For an unknown set, any error may be the reason.
    expect(applications.applicationSet('stores')).toEqual({ error: null })
    expect(applications.applicationSet('stores-acme')?.error?.set).toBe('stores-acme')
    expect(applications.applicationSet('stores-beta')?.error?.set).toBe('stores-acme')
    server.remove('applicationsets', 'stores-acme')
    await until(() => applications.applicationSet()?.error === null)
  })

  it('reports no data before its first list', async () => {
    server.setFault({ kind: 'silence' })
    open()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect([applications.asOf(), seen('shop')]).toEqual([0, null])
  })
})
