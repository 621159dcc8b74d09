import { beforeEach, describe, expect, it } from 'vitest'
import type { Operation } from '../../src/contract/operation.ts'
import type { Problem } from '../../src/contract/problem.ts'
import type { Reverted } from '../../src/contract/revert.ts'
import type { Store } from '../../src/contract/store.ts'
import { createStoreViews } from '../../src/observe/store-views.ts'
import { startPurges } from '../../src/reconcile/purge.ts'
import { type FakeApplications, fakeApplications } from '../../src/testing/fake-applications.ts'
import { type MemoryRepo, memoryRepo } from '../../src/testing/memory-repo.ts'
import { memorySealer } from '../../src/testing/memory-sealer.ts'
import { healthyApplication } from '../../src/testing/phase-input.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import { purgeSettings, steadyTime } from '../../src/testing/time.ts'
import { memoryLog } from '../../src/testing/writes.ts'
import { type HttpFixture, httpFixture } from './fixture.ts'

const NOON = Date.parse('2026-11-24T12:00:00Z')
const SHOP = '/api/v1/stores/shop'
const week = (yaml: string) => `${yaml}deletion:\n  retentionDays: 7\n`
const bucket = (yaml: string) =>
  `${week(yaml)}backup:\n  destination: s3\n  s3: {bucket: dumps, secretName: s3}\n`.replace(
    '    code: download',
    `      rclone: rclone:1.74@sha256:${'a'.repeat(64)}\n    code: download`,
  )

let now = NOON
let http: HttpFixture
let repo: MemoryRepo
let applications: FakeApplications
const purge = purgeSettings
const log = memoryLog()
const clock = { now: () => now }
const time = steadyTime(clock.now)

function open(edit = week, source: FakeApplications['source'] = 'kubernetes') {
  now = NOON
  repo = memoryRepo(testPlatform(edit), clock.now)
  applications = fakeApplications(clock.now, source)
  const views = createStoreViews({ repo, applications, clock })
  http = httpFixture({ repo, applications, views, clock, time, purge })
}
beforeEach(async () => {
  open()
  await http.post('/api/v1/stores', { name: 'shop' })
})

const remove = () => http.send('DELETE', SHOP)
const ask = (body: object = {}) =>
  http.post(`${SHOP}/purge`, { confirm: 'shop', acknowledgeDataLoss: true, ...body })
const asked = async (body?: object) => (await (await ask(body)).json()) as Operation
const refused = async (body?: object) => (await (await ask(body)).json()) as Problem
const operation = async (id: string) =>
  (await (await http.get(`/api/v1/operations/${id}`)).json()) as Operation
const text = (path: string) =>
  new TextDecoder().decode(repo.landed.at(-1)?.files.get(path) ?? new Uint8Array())
/** Simulates that Argo CD applied the newest commit and has just compared. */
const applied = () => {
  const revision = repo.snapshot().head
  const at = (ms: number) => new Date(now - ms).toISOString()
  const state = { ...healthyApplication().operationState!, revision, finishedAt: at(9000) }
  applications.set(
    'store-shop',
    healthyApplication({
      cascades: true,
      syncRevision: revision,
      healthSince: at(8000),
      reconciledAt: at(0),
      operationState: state,
    }),
  )
}
/** Runs one pass of the loop. */
const look = async () => {
  const { landed } = repo
  const before = landed.length
  const options = { repo, clock, time, applications, purge, log, sealer: memorySealer() }
  const loop = startPurges({ ...options, newRequestId: () => 'R', intervalMs: 60_000 })
  await loop.close()
  return landed.slice(before).map(({ action }) => action)
}

describe('POST /stores/{name}/purge', () => {
  it('commits the first step, with no protection, no pod and the lifecycle purge', async () => {
    await remove()
    expect(text('manifests/40-database.yaml')).toContain('Delete=false')
    const reply = await ask({ reason: 'the customer asked' })
    const { id, ...said } = (await reply.json()) as Operation
    expect(reply.status).toBe(202)
    expect(reply.headers.get('Location')).toBe(`/api/v1/operations/${id}`)
    expect(said).toMatchObject({ kind: 'purge', state: 'Committed', problem: null })
    expect(said.stores).toEqual(['shop'])
    expect(said.gates.map(({ met }) => met)).toEqual([false, false, false, true, false, true, true])
    expect(repo.landed.at(-1)).toMatchObject({
      action: 'purge',
      reason: 'the customer asked',
      facts: ['early', 'data loss accepted'],
    })
    expect(JSON.parse(text('app.json'))).toMatchObject({ lifecycle: 'purge', autoSync: true })
    for (const [path, bytes] of repo.landed.at(-1)!.files) {
      expect(new TextDecoder().decode(bytes), path).not.toContain('Delete=false')
    }
    expect(text('manifests/40-database.yaml')).toContain('replicas: 0\n')
  })

  it('shows its gates also after another change of the store', async () => {
    await remove()
    const { gates } = await asked()
    const headers = { 'Content-Type': 'application/json', 'If-Match': '*' }
    const reply = await http.send('PATCH', SHOP, headers, '{"title":"Leaving"}')
    const { change } = (await reply.json()) as Store
    expect(await operation(change.operation ?? '')).toMatchObject({ kind: 'update', gates })
  })

  it('makes no second commit and returns the same operation', async () => {
    await remove()
    const { id } = await asked()
    const { length } = repo.landed
    expect(await asked()).toMatchObject({ id })
    expect(repo.landed).toHaveLength(length)
  })

  it.each([
    [400, 'invalid_request', { confirm: 'shopp' }, '#/confirm'],
    [400, 'invalid_request', { confirm: undefined }, '#/confirm'],
    [400, 'invalid_request', { force: true }, '#/force'],
    [422, 'data_loss_unacknowledged', { acknowledgeDataLoss: false }, '#/acknowledgeDataLoss'],
  ] as const)('returns %i %s for %j and commits nothing', async (status, code, body, pointer) => {
    await remove()
    const { length } = repo.landed
    const problem = await refused(body)
    expect([problem.status, problem.code]).toEqual([status, code])
    expect(problem.errors?.[0]?.pointer).toBe(pointer)
    expect(repo.landed).toHaveLength(length)
  })

  it('is refused for a store that is not deleted or does not exist', async () => {
    expect(await refused()).toMatchObject({
      status: 409,
      code: 'lifecycle_conflict',
      lifecycle: 'active',
    })
    const stranger = await http.post('/api/v1/stores/nobody/purge', { confirm: 'nobody' })
    expect(stranger.status).toBe(404)
    expect(repo.landed).toHaveLength(1)
  })

  it('needs no consent if a final backup goes to a bucket, and keeps the database running for it', async () => {
    open(bucket)
    await http.post('/api/v1/stores', { name: 'shop' })
    await remove()
    const reply = await ask({ acknowledgeDataLoss: false })
    expect(reply.status).toBe(202)
    expect(text('manifests/40-database.yaml')).toContain('replicas: 1\n')
    const jobs = [...repo.landed.at(-1)!.files.keys()]
      .map(text)
      .filter((each) => /^kind: Job$/m.test(each))
    expect(jobs.join()).toMatch(/name: backup-[0-9a-f]{8}/)
    applied()
    const application = applications.get(repo.snapshot().stores.get('shop')!)!
    applications.set('store-shop', { ...application, health: 'Progressing' })
    expect(await look()).toEqual([])
    // A request that accepts the data loss ends the wait for the backup.
    await ask()
    applied()
    const again = applications.get(repo.snapshot().stores.get('shop')!)!
    applications.set('store-shop', { ...again, health: 'Degraded' })
    expect(await look()).toEqual(['remove'])
  })
})

describe('the second step', () => {
  it('removes the folder only when every gate is met, and reports its progress', async () => {
    await remove()
    const { id } = await asked()
    expect(await look()).toEqual([])
    applied()
    expect(await operation(id)).toMatchObject({ state: 'Synced' })
    expect(await look()).toEqual(['remove'])
    expect(repo.snapshot().stores.has('shop')).toBe(false)
    expect(repo.landed.at(-1)?.files.size).toBe(0)
    const application = healthyApplication({ deletionTimestamp: new Date(now).toISOString() })
    applications.set('store-shop', application)
    expect(await operation(id)).toMatchObject({ state: 'Synced', gates: [] })
    const leaving = (await (await http.get(SHOP)).json()) as { phase: string }
    expect(leaving.phase).toBe('Deleting')
    applications.set('store-shop', null)
    expect(await operation(id)).toMatchObject({ state: 'Live' })
  })

  it.each(['finalizer', 'silence', 'simulated'] as const)(
    'does not run in the case: %s',
    async (what) => {
      if (what === 'simulated') {
        open(week, 'simulated')
        await http.post('/api/v1/stores', { name: 'shop' })
      }
      await remove()
      await ask()
      applied()
      if (what === 'finalizer') {
        const application = applications.get(repo.snapshot().stores.get('shop')!)!
        applications.set('store-shop', { ...application, cascades: false })
      }
      if (what === 'silence') applications.silentSince(now - 121_000)
      const options = { repo, clock, time, applications, log, sealer: memorySealer() }
      const loop = startPurges({
        ...options,
        newRequestId: () => 'R',
        intervalMs: 60_000,
        purge: { ...purge, simulatedIsEnough: what !== 'simulated' },
      })
      await loop.close()
      expect(repo.landed.at(-1)?.action).toBe('purge')
    },
  )

  it('is cancelled by a revert of the first step', async () => {
    await remove()
    const { id, commit } = await asked()
    const reverted = await http.post(`${SHOP}/revert`, { commit, reason: 'not this shop' })
    expect(reverted.status).toBe(200)
    expect(text('manifests/40-database.yaml')).toContain('Delete=false')
    applied()
    expect(await look()).toEqual([])
    expect(await operation(id)).toMatchObject({ state: 'Closed', gates: [] })
  })

  it.each(['active', 'suspended'] as const)(
    'is cancelled by a restore although all gates are met, and the store is %s again',
    async (state) => {
      if (state === 'suspended') await http.post(`${SHOP}/suspend`, {})
      const headers = { 'Content-Type': 'application/json', 'If-Match': '*' }
      await http.send('PATCH', SHOP, headers, '{"autoSync":false}')
      await remove()
      const { id } = await asked()
      applied()
      const reply = await http.post(`${SHOP}/restore`, { reason: 'not this shop' })
      expect([reply.status, (await reply.json()) as Store]).toMatchObject([
        ...[200, { lifecycle: state, autoSync: false, purgeAfter: null }],
      ])
      expect(repo.landed.at(-1)?.facts).toEqual([state, 'purge called off'])
      expect(text('store.yaml')).not.toContain('dataLossAccepted')
      expect(text('manifests/40-database.yaml')).toContain('Delete=false')
      expect(JSON.parse(text('app.json'))).toMatchObject({ lifecycle: state, autoSync: false })
      expect(await look()).toEqual([])
      expect(await operation(id)).toMatchObject({ state: 'Closed', gates: [] })
    },
  )

  it('is cancelled for good by a restore, while a revert warns that the purge will start again', async () => {
    open((yaml) => yaml)
    await http.post('/api/v1/stores', { name: 'shop' })
    await remove()
    expect(await look()).toEqual(['purge'])
    const commit = repo.snapshot().head
    const undo = { commit, reason: 'not this shop', dryRun: true }
    const dry = (await (await http.post(`${SHOP}/revert`, undo)).json()) as Reverted
    expect(dry.warnings.map(({ code }) => code)).toEqual(['purged_again'])
    await http.post(`${SHOP}/revert`, { ...undo, dryRun: false })
    expect(await look()).toEqual(['purge'])
    expect((await http.post(`${SHOP}/restore`, {})).status).toBe(200)
    now += 9e9
    expect(await look()).toEqual([])
  })

  it('cannot be cancelled once it has removed the folder', async () => {
    await remove()
    await ask()
    applied()
    expect(await look()).toEqual(['remove'])
    expect((await http.post(`${SHOP}/restore`, {})).status).toBe(404)
  })

  it('raises an alarm after 30 minutes and removes nothing', async () => {
    await remove()
    const { id } = await asked()
    now += 31 * 60_000
    expect(await look()).toEqual([])
    const { problem } = await operation(id)
    expect(problem).toMatchObject({
      code: 'purge_stuck',
      detail: expect.stringContaining('no Application'),
    })
    const told = log.lines.filter(
      ({ level, message }) => level === 'error' && message.includes('stuck'),
    )
    expect(told.map(({ detail }) => detail)).toEqual([expect.stringContaining('no Application')])
    expect(repo.landed.at(-1)?.action).toBe('purge')
  })
})

describe('a retention', () => {
  it('starts a purge by itself once it is over, and not before', async () => {
    await remove()
    now += 6.9 * 86_400_000
    expect(await look()).toEqual([])
    now += 0.2 * 86_400_000
    expect(await look()).toEqual(['purge'])
    expect(repo.landed.at(-1)?.facts).toEqual(['retention over'])
    applied()
    expect(await look()).toEqual(['remove'])
  })

  it('of 0 days ends with the deletion, but takes two commits', async () => {
    open((yaml) => yaml)
    await http.post('/api/v1/stores', { name: 'shop' })
    await remove()
    expect(await look()).toEqual(['purge'])
    applied()
    expect(await look()).toEqual(['remove'])
  })

  it('never ends by itself without autoPurge', async () => {
    open((yaml) => `${yaml}deletion:\n  autoPurge: false\n`)
    await http.post('/api/v1/stores', { name: 'shop' })
    await remove()
    now += 9e9
    expect(await look()).toEqual([])
    await ask()
    applied()
    expect(await look()).toEqual(['remove'])
  })
})
