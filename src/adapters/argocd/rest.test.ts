import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Applications } from '../../domain/ports.ts'
import { type FakeArgoCd, fakeArgoCd } from '../../testing/fake-argo-cd.ts'
import { rawApplication } from '../../testing/raw-application.ts'
import { storeFile, storeRecord } from '../../testing/records.ts'
import { openConnection } from './connection.ts'
import { argoCdApplications } from './rest.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
let server: FakeArgoCd
let applications: Applications

function open(more: { relistMs?: number; intervalMs?: number; token?: string } = {}): Applications {
  const { token = 'argo-token', ...timing } = more
  applications = argoCdApplications({
    connection: openConnection({
      server: server.url,
      token: async () => token,
      tls: { rejectUnauthorized: true },
    }),
    clock: { now: () => Date.now() },
    log: quiet,
    backoff: { minMs: 20, maxMs: 100 },
    ...timing,
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

const seen = (name: string) =>
  applications.get(storeRecord('2026-11-24T12:00:00Z', storeFile({ name })))
const streams = () => server.requests.filter((line) => line.includes('/stream/')).length

beforeEach(async () => {
  server = await fakeArgoCd()
})
afterEach(async () => {
  await applications.close()
  await server.close()
})

describe('argoCdApplications', () => {
  it('lists once, then follows the stream from that version', async () => {
    server.setApplications([rawApplication('store-shop')])
    await open().listed
    await until(() => streams() === 1)
    expect(server.requests.find((line) => line.includes('/stream/'))).toContain('resourceVersion=7')
    server.say(
      'MODIFIED',
      rawApplication('store-shop', { status: { health: { status: 'Degraded' } } }),
    )
    server.say('ADDED', rawApplication('store-other'))
    await until(() => seen('other') !== null)
    expect(seen('shop')?.health).toBe('Degraded')
    server.say('DELETED', rawApplication('store-other'))
    await until(() => seen('other') === null)
  })

  it('F20 lists again periodically, because the stream drops events silently', async () => {
    server.setApplications([rawApplication('store-shop')])
    await open({ relistMs: 80 }).listed
    server.setApplications([rawApplication('store-missed')])
    await until(() => seen('missed') !== null && seen('shop') === null)
  })

  it('F20 lists again after the stream breaks', async () => {
    await open().listed
    await until(() => streams() === 1)
    server.setApplications([rawApplication('store-late')])
    server.cutStreams()
    await until(() => seen('late') !== null)
  })

  it('checks that Argo CD is alive while the stream is silent', async () => {
    await open({ intervalMs: 30 }).listed
    const before = applications.asOf()
    await until(() => applications.asOf() > before)
  })

  it('F19 reports a refused token and retries with a backoff', async () => {
    open({ token: 'wrong' })
    await until(() => applications.problem() !== null)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect([applications.problem(), applications.asOf()]).toEqual([
      expect.stringContaining('401'),
      0,
    ])
    expect(server.requests.length).toBeLessThan(12)
  })

  it.each([
    ['garbage', { status: 200, body: '<html>' }],
    ['a malformed list', { status: 200, body: { items: {} } }],
    ['503', { status: 503, body: {} }],
  ])('F19 keeps the last status if listing returns %s', async (_what, reply) => {
    server.setApplications([rawApplication('store-shop')])
    await open().listed
    await until(() => streams() === 1)
    server.answer('/api/v1/applications', reply)
    server.cutStreams()
    await until(() => applications.problem() !== null)
    expect(seen('shop')?.health).toBe('Healthy')
    server.answer('/api/v1/applications', null)
    await until(() => applications.problem() === null)
  })

  it('reports a blocked ApplicationSet if the token may read it', async () => {
    const condition = { type: 'ErrorOccurred', status: 'True', reason: 'x', message: 'blocked' }
    server.answer('/api/v1/applicationsets', {
      status: 200,
      body: {
        items: [
          { metadata: { name: 'stores' }, status: { conditions: [condition] } },
          { metadata: { name: 'stores-acme' }, status: {} },
        ],
      },
    })
    await open().listed
    expect(applications.applicationSet()?.error?.message).toBe('blocked')
    expect(applications.applicationSet('stores-acme')).toEqual({ error: null })
  })
})
