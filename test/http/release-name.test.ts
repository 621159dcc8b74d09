import { beforeEach, expect, it } from 'vitest'
import type { Problem } from '../../src/contract/problem.ts'
import { createStoreViews } from '../../src/observe/store-views.ts'
import { type FakeApplications, fakeApplications } from '../../src/testing/fake-applications.ts'
import { type MemoryRepo, memoryRepo } from '../../src/testing/memory-repo.ts'
import { healthyApplication } from '../../src/testing/phase-input.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import { purgeSettings } from '../../src/testing/time.ts'
import { storectlOf } from '../storectl-fixture.ts'
import { type HttpFixture, httpFixture } from './fixture.ts'

const NOON = Date.parse('2026-11-24T12:00:00Z')
const PATH = '/api/v1/repository/release-name'
const said = { name: 'shop', namespaceGone: true, reason: 'the cluster was rebuilt' }
const elsewhere = { name: 'shop', team: 'acme' }
const clock = { now: () => NOON }

let http: HttpFixture
let repo: MemoryRepo
let applications: FakeApplications

function open(source: FakeApplications['source'] = 'kubernetes', simulatedIsEnough = true) {
  repo = memoryRepo(testPlatform(), clock.now)
  applications = fakeApplications(clock.now, source)
  const views = createStoreViews({ repo, applications, clock })
  const purge = { ...purgeSettings, simulatedIsEnough }
  http = httpFixture({ repo, applications, views, clock, purge })
}

const vanished = async () => {
  await http.post('/api/v1/stores', { name: 'shop' })
  repo.drop('shop')
}
const release = (change: object = {}) => http.post(PATH, { ...said, ...change })
const refused = async (change?: object) => {
  const { status, code, detail, hint } = (await (await release(change)).json()) as Problem
  return { status, code, text: `${detail} ${hint}` }
}

beforeEach(async () => {
  open()
  await vanished()
})

it('S2-16 lets an admin release the name of a vanished store, with an audit entry', async () => {
  const taken = await http.post('/api/v1/stores', elsewhere)
  expect(((await taken.json()) as Problem).hint).toContain('storectl release-name')
  const reply = await release()
  const revision = repo.snapshot().head
  expect([reply.status, await reply.json()]).toEqual([200, { revision, name: 'shop', until: null }])
  expect(repo.landed.at(-1)).toMatchObject({
    action: 'release',
    team: 'default',
    name: 'shop',
    reason: said.reason,
  })
  expect(repo.landed.at(-1)?.files.size).toBe(0)
  expect((await http.get('/api/v1/stores/shop')).status).toBe(404)
  const audit = (await (await http.get('/api/v1/audit?action=release')).json()) as object[]
  expect(audit).toMatchObject([{ stores: ['shop'], requestedBy: 'local', result: 'Live' }])
  expect((await http.post('/api/v1/stores', elsewhere)).status).toBe(201)
})

it.each([
  [{ namespaceGone: false }, '#/namespaceGone'],
  [{ namespaceGone: undefined }, '#/namespaceGone'],
  [{ reason: 'short' }, '#/reason'],
  [{ name: 'No_Name' }, '#/name'],
  [{ force: true }, '#/force'],
])('refuses %j with the pointer %s', async (change, pointer) => {
  const problem = (await (await release(change)).json()) as Problem
  expect([problem.status, problem.code]).toEqual([400, 'invalid_request'])
  expect(problem.errors?.map((each) => each.pointer)).toContain(pointer)
  expect(repo.landed).toHaveLength(1)
})

it('is refused while Argo CD has the Application or is unavailable', async () => {
  applications.set('store-shop', healthyApplication())
  expect(await refused()).toMatchObject({
    status: 409,
    code: 'conflict',
    text: expect.stringContaining('store-shop is gone'),
  })
  applications.set('store-shop', null)
  applications.silentSince(NOON - 121_000)
  expect(await refused()).toMatchObject({ status: 503, code: 'status_unavailable' })
  open('simulated', false)
  await vanished()
  expect(await refused()).toMatchObject({ status: 503, code: 'status_unavailable' })
  expect(repo.landed).toHaveLength(1)
})

it('is refused for a name that is in use, free or in quarantine', async () => {
  expect(await refused({ name: 'free' })).toMatchObject({
    status: 409,
    text: expect.stringContaining('The name is free'),
  })
  await http.post('/api/v1/stores', { name: 'other' })
  expect(await refused({ name: 'other' })).toMatchObject({
    status: 409,
    text: expect.stringContaining('purge that store'),
  })
  await release()
  expect(await refused()).toMatchObject({ status: 409, code: 'conflict' })
})

it('is available in storectl, which first asks to check the namespace', async () => {
  const storectl = await storectlOf(http)
  const words = ['release-name', 'shop', '--reason', said.reason]
  const unseen = await storectl(...words)
  expect([unseen.code, unseen.err]).toEqual([2, expect.stringContaining('namespace store-shop')])
  expect(repo.landed).toHaveLength(1)
  expect(await storectl(...words, '--namespace-gone')).toEqual({
    code: 0,
    out: '',
    err: 'shop is free\n',
  })
  expect((await storectl(...words, '--namespace-gone')).code).toBe(4)
})
