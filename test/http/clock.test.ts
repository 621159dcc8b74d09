import { beforeEach, describe, expect, it } from 'vitest'
import type { Operation, StoreWithGates } from '../../src/contract/operation.ts'
import type { PlatformView } from '../../src/contract/platform.ts'
import type { Problem } from '../../src/contract/problem.ts'
import type { DeletionsReleased } from '../../src/contract/repository.ts'
import type { Store } from '../../src/contract/store.ts'
import { createStoreViews } from '../../src/observe/store-views.ts'
import { openTimeWatch, type TimeWatch } from '../../src/observe/time-watch.ts'
import { startPurges } from '../../src/reconcile/purge.ts'
import { clockCheck } from '../../src/server/checks/clock-check.ts'
import { type FakeApplications, fakeApplications } from '../../src/testing/fake-applications.ts'
import { type MemoryRepo, memoryRepo } from '../../src/testing/memory-repo.ts'
import { memorySealer } from '../../src/testing/memory-sealer.ts'
import { healthyApplication } from '../../src/testing/phase-input.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import { purgeSettings as purge } from '../../src/testing/time.ts'
import { memoryLog } from '../../src/testing/writes.ts'
import { storectlOf } from '../storectl-fixture.ts'
import { type HttpFixture, httpFixture } from './fixture.ts'

const NOON = Date.parse('2026-11-29T12:00:00Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const clock = { now: () => wall, uptimeMs: () => uptime }
let wall = NOON
let uptime = 0
let time: TimeWatch
let repo: MemoryRepo
let applications: FakeApplications
let http: HttpFixture

/** Lets real time pass. */
const pass = (ms: number) => {
  wall += ms
  uptime += ms
}
/** Restarts the process, with its wall clock moved. */
const restart = (movedMs = 0) => {
  wall += movedMs
  uptime = 0
  time = openTimeWatch(clock)
}
const look = async () => {
  const before = repo.landed.length
  const deps = { repo, clock, applications, purge, time, sealer: memorySealer() }
  await startPurges({
    ...deps,
    log: memoryLog(),
    newRequestId: () => 'R',
    intervalMs: HOUR,
  }).close()
  return repo.landed.slice(before).map(({ action, name }) => `${action} ${name}`)
}
const banner = async () => {
  const reply = await http.get('/api/v1/platform')
  return ((await reply.json()) as PlatformView).banners.find(({ code }) => code === 'clock')
    ?.message
}
const gatesOf = async (name: string) => {
  const shown = (await (await http.get(`/api/v1/stores/${name}`)).json()) as StoreWithGates
  return shown.gates.filter(({ met }) => !met)
}
const release = (count: number) =>
  http.post('/api/v1/repository/release-deletions', {
    count,
    heldBy: 'clock',
    reason: 'a week has passed',
  })
const lifecycleOf = async (name: string) =>
  ((await (await http.get(`/api/v1/stores/${name}`)).json()) as Store).lifecycle
/** Simulates that Argo CD applied the newest commit. */
const applied = (name: string) => {
  const revision = repo.snapshot().head
  const ago = (ms: number) => new Date(wall - ms).toISOString()
  const operationState = {
    ...healthyApplication().operationState!,
    revision,
    finishedAt: ago(9000),
  }
  const seen = { cascades: true, syncRevision: revision, healthSince: ago(8000) }
  applications.set(
    `store-${name}`,
    healthyApplication({ ...seen, reconciledAt: ago(0), operationState }),
  )
}

beforeEach(async () => {
  wall = NOON
  uptime = 0
  await open(7)
})

async function open(retentionDays: number) {
  time = openTimeWatch(clock)
  const platform = testPlatform((yaml) => `${yaml}deletion:\n  retentionDays: ${retentionDays}\n`)
  repo = memoryRepo(platform, clock.now)
  applications = fakeApplications(clock.now)
  const views = createStoreViews({ repo, applications, clock })
  const reading = { reading: () => time.reading() }
  http = httpFixture({ repo, applications, views, clock, purge, time: reading })
  for (const name of ['shop', 'other']) await http.post('/api/v1/stores', { name })
  await http.send('DELETE', '/api/v1/stores/shop')
}

describe('S3 a server without another clock', () => {
  it('purges a deletion that fell due while it was running, after an hour', async () => {
    const operation = async () =>
      ((await (await http.get('/api/v1/operations?store=shop')).json()) as Operation[])[0]
    expect((await gatesOf('shop')).map(({ gate }) => gate)).toEqual(['retention', 'clock'])
    expect(await gatesOf('other')).toEqual([])
    expect((await operation())?.gates).toEqual([])
    pass(7 * DAY)
    expect(await look()).toEqual([])
    expect((await operation())?.gates.map(({ met }) => met)).toEqual([true, false])
    expect(await gatesOf('shop')).toEqual([
      { gate: 'clock', met: false, detail: 'is due; goes on in 1 hour if the clocks agree' },
    ])
    expect(await banner()).toBeUndefined()
    pass(HOUR)
    expect(await look()).toEqual(['purge shop'])
    applied('shop')
    expect(await look()).toEqual(['remove shop'])
  })

  it('holds a deletion that fell due while it was not running, until an admin releases it', async () => {
    restart(9 * DAY)
    pass(2 * HOUR)
    expect(await look()).toEqual([])
    expect(await gatesOf('shop')).toEqual([
      { gate: 'clock', met: false, detail: expect.stringContaining('while this server was not') },
    ])
    expect(await banner()).toBe(
      '1 deletion is held (default/shop): it fell due while this server was not running, and no other clock confirms the date. Check the date of this server. If the retention really is over, an admin releases them: storectl release-deletions --held-by clock --count 1 --reason "…"; storectl restore takes one back.',
    )
    expect(clockCheck({ repo, time, purge })).toMatchObject({ level: 'fail' })
    const landed = repo.landed.length
    const wrong = (await (await release(2)).json()) as Problem
    expect(wrong).toMatchObject({ status: 409, code: 'conflict', count: 1 })
    expect(repo.landed).toHaveLength(landed)
    const { released } = (await (await release(1)).json()) as DeletionsReleased
    expect(released).toEqual([{ team: 'default', name: 'shop' }])
    expect(repo.landed.at(-1)).toMatchObject({
      action: 'purge',
      facts: ['retention confirmed'],
      reason: 'a week has passed',
    })
    expect([await lifecycleOf('shop'), await banner()]).toEqual(['purge', undefined])
    // After the release, a server that starts later checks no clock.
    restart()
    applied('shop')
    expect(await look()).toEqual(['remove shop'])
    expect(await (await release(1)).json()).toMatchObject({ status: 409, code: 'conflict' })
  })

  it('holds a deletion that fell due because of a clock step until the whole retention has passed', async () => {
    pass(DAY)
    await look()
    wall += 9 * DAY
    await look()
    await http.send('DELETE', '/api/v1/stores/other')
    pass(2 * HOUR)
    expect(await look()).toEqual([])
    expect(await banner()).toContain('was set forward by 9 days')
    // Seven days and an hour after each deletion in real time.
    pass(6 * DAY - 2 * HOUR - 1000)
    expect([await look(), await lifecycleOf('shop')]).toEqual([[], 'deleted'])
    pass(HOUR)
    expect(await look()).toEqual(['purge shop'])
    pass(DAY + 1000)
    expect([await look(), await banner()]).toEqual([['purge other'], undefined])
  })

  it('holds nothing once its clock is nine days back again, so the shop can be restored', async () => {
    restart(9 * DAY)
    expect(await look()).toEqual([])
    restart(-9 * DAY)
    expect([await look(), await banner()]).toEqual([[], undefined])
    expect((await http.post('/api/v1/stores/shop/restore', {})).status).toBe(200)
    expect(await lifecycleOf('shop')).toBe('active')
  })

  it('purges nothing while its clock is ten years behind, nor early once it is corrected', async () => {
    restart(-3650 * DAY)
    expect(await look()).toEqual([])
    await http.send('DELETE', '/api/v1/stores/other')
    wall += 3650 * DAY
    pass(2 * HOUR)
    expect(await look()).toEqual([])
    expect(await lifecycleOf('other')).toBe('deleted')
    expect(await gatesOf('other')).toEqual([
      { gate: 'clock', met: false, detail: expect.stringContaining('set forward by 10 years') },
    ])
  })

  it('purges at once with a retention of 0, also after a restart', async () => {
    await open(0)
    restart(1000)
    expect(await look()).toEqual(['purge shop'])
    restart()
    applied('shop')
    expect(await look()).toEqual(['remove shop'])
  })
})

describe('S3 a server that knows another clock', () => {
  it('purges a deletion that fell due while it was not running, an hour after its start', async () => {
    pass(7 * DAY)
    restart(DAY)
    time.heard('Git host', wall + 20_000)
    expect([await look(), await banner()]).toEqual([[], undefined])
    pass(HOUR)
    expect(await look()).toEqual(['purge shop'])
  })

  it('holds both steps of every deletion while the clocks disagree, and names both times', async () => {
    await open(0)
    restart(9 * DAY)
    time.heard('Git host', wall - 9 * DAY)
    pass(2 * HOUR)
    expect(await look()).toEqual([])
    expect(await banner()).toBe(
      'The clocks disagree: this server\'s clock is 9 days ahead of the Git host (2026-12-08T12:00:00Z here, 2026-11-29T12:00:00Z there). Deletions are held. 1 deletion is held (default/shop). Set the clock that is wrong; deletions go on an hour after the clocks agree. If the retention really is over, an admin releases them: storectl release-deletions --held-by clock --count 1 --reason "…"; storectl restore takes one back.',
    )
    expect(clockCheck({ repo, time, purge })).toMatchObject({
      level: 'fail',
      fix: expect.stringContaining('storectl release-deletions --held-by clock --count 1'),
    })
    // A requested purge takes its first step. Only the second one waits.
    const body = { confirm: 'shop', acknowledgeDataLoss: true }
    expect((await http.post('/api/v1/stores/shop/purge', body)).status).toBe(202)
    applied('shop')
    expect(await look()).toEqual([])
    expect((await gatesOf('shop')).map(({ gate }) => gate)).toEqual(['clock'])
    const storectl = await storectlOf(http)
    const words = ['release-deletions', '--held-by', 'clock', '--reason', 'the Git host is wrong']
    expect((await storectl(...words, '--count', '3')).code).toBe(4)
    const dry = await storectl(...words, '--count', '1', '--dry-run')
    expect([dry.code, await look()]).toEqual([0, []])
    const { code, out, err } = await storectl(...words, '--count', '1')
    expect([code, out]).toEqual([0, 'default/shop\n'])
    expect(err).toContain('storectl restore takes one back')
    applied('shop')
    expect(await look()).toEqual(['remove shop'])
    // The clocks still disagree, but nothing is held.
    expect(await banner()).toMatch(/^The clocks disagree: .* an hour after the clocks agree\.$/)
  })

  it('continues by itself an hour after the clocks agree again', async () => {
    time.heard('API server', wall)
    pass(7 * DAY)
    wall += 10 * 60_000
    pass(2 * HOUR)
    expect([await look(), await banner()]).toEqual([[], expect.stringContaining('API server')])
    wall -= 10 * 60_000
    expect([await look(), await banner()]).toEqual([[], undefined])
    pass(HOUR - 1000)
    expect(await look()).toEqual([])
    pass(1000)
    expect(await look()).toEqual(['purge shop'])
  })
})
