import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fakeApplications } from '../testing/fake-applications.ts'
import { memoryRepo } from '../testing/memory-repo.ts'
import { after, healthyApplication, timeAfter } from '../testing/phase-input.ts'
import { testPlatform } from '../testing/platform.ts'
import { recordedMetrics } from '../testing/recorded-metrics.ts'
import { storeFile, storeRecord } from '../testing/records.ts'
import { openChangeFeed } from './change-feed.ts'
import { measureProgress } from './measure-progress.ts'
import { createStoreViews } from './store-views.ts'

const COMMIT = 'c'.repeat(40)
const STAGE = 'storewright_stage_duration_seconds'
const ends: (() => void)[] = []
beforeEach(() => void vi.useFakeTimers({ now: after(0) }))
afterEach(() => {
  for (const end of ends.splice(0)) end()
  vi.useRealTimers()
})

/** A server that started at second 0, with stores that were committed at these seconds. */
function fixture(before: Readonly<Record<string, number>> = {}) {
  const clock = { now: () => Date.now() }
  const repo = memoryRepo(testPlatform(), clock.now)
  const applications = fakeApplications(clock.now)
  const declare = (name: string, second: number) => {
    repo.put(storeRecord(timeAfter(second), storeFile({ name })))
    repo.moved()
  }
  for (const [name, second] of Object.entries(before)) declare(name, second)
  const views = createStoreViews({ repo, applications, clock })
  const feed = openChangeFeed({ repo, views, applications, boot: 'b007b007' })
  const metrics = recordedMetrics()
  ends.push(() => feed.close(), measureProgress({ feed, views, clock, metrics }))
  const report = (name: string, change: Parameters<typeof healthyApplication>[0] = {}) =>
    applications.set(
      `store-${name}`,
      healthyApplication({
        name: `store-${name}`,
        syncRevision: COMMIT,
        operationState: null,
        reconciledAt: new Date().toISOString(),
        ...change,
      }),
    )
  return {
    repo,
    declare,
    report,
    vanish: (name: string) => applications.set(`store-${name}`, null),
    values: metrics.values,
    to: (s: number) => vi.advanceTimersByTime(after(s) - Date.now()),
  }
}

it('S1-10 a store is observed once, from its commit to the first moment it was Ready', () => {
  const { declare, report, values, to } = fixture()
  to(10)
  declare('shop', 10)
  to(12)
  report('shop', { sync: 'OutOfSync', health: 'Missing' })
  to(15)
  report('shop', { health: 'Progressing' })
  to(40)
  report('shop', { healthSince: timeAfter(40) })
  to(60)
  const [total] = values['store_provisioning_seconds'] ?? []
  // Health must last for 5 s before a store counts as Ready.
  expect(total).toBeGreaterThanOrEqual(35)
  expect(total).toBeLessThan(36.5)
  const stages = ['commit_to_observed', 'observed_to_synced', 'synced_to_ready'].map(
    (stage) => values[`${STAGE} ${stage}`] ?? [],
  )
  expect(stages.map(({ length }) => length)).toEqual([1, 1, 1])
  expect(stages.flat().reduce((sum, one) => sum + one, 0)).toBeCloseTo(total ?? 0, 3)
  report('shop', { health: 'Degraded' })
  to(80)
  report('shop', { healthSince: timeAfter(80) })
  to(120)
  expect(values['store_provisioning_seconds']).toEqual([total])
})

it('a store counts if it was created in the second of the start, but after it', () => {
  vi.setSystemTime(after(0.7))
  const { declare, report, values, to } = fixture({ before: 0 })
  declare('shop', 0)
  to(2)
  for (const name of ['before', 'shop']) report(name, { healthSince: timeAfter(2) })
  to(20)
  expect(values['store_provisioning_seconds']).toHaveLength(1)
  expect(values[`${STAGE} synced_to_ready`]).toHaveLength(1)
})

it('a store that was created before the start is not observed, because its first moment is unknown', () => {
  const { report, values, to } = fixture({ shop: -30, other: -30 })
  to(5)
  report('shop', { healthSince: timeAfter(-20) })
  to(60)
  report('other', { healthSince: timeAfter(50) })
  to(90)
  expect(values).toEqual({})
})

it('a removed store that is created again is observed again', () => {
  const { repo, declare, report, vanish, values, to } = fixture()
  declare('shop', 1)
  to(2)
  report('shop', { healthSince: timeAfter(2) })
  to(10)
  repo.drop('shop')
  vanish('shop')
  to(20)
  declare('shop', 20)
  to(30)
  report('shop', { healthSince: timeAfter(30) })
  to(40)
  const [first, second] = values['store_provisioning_seconds'] ?? []
  expect(first).toBeLessThan(10)
  expect(second).toBeGreaterThan(14)
})
