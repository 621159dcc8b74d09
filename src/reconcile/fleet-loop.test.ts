import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Snapshot, StoreRecord } from '../domain/snapshot.ts'
import { StoreIndex } from '../domain/store-index.ts'
import { fakeApplications } from '../testing/fake-applications.ts'
import { memoryRepo } from '../testing/memory-repo.ts'
import { memorySealer } from '../testing/memory-sealer.ts'
import { testPlatform } from '../testing/platform.ts'
import { storeFile, storeRecord } from '../testing/records.ts'
import { purgeSettings, steadyTime } from '../testing/time.ts'
import { memoryLog } from '../testing/writes.ts'
import { startFleetLoop } from './fleet-loop.ts'
import { startPurges } from './purge.ts'
import { startQueue } from './queue.ts'

const NEVER_MS = 3_600_000
const platform = testPlatform()
const log = memoryLog()
const clock = { now: () => Date.now() }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A hundred events a second for ten seconds, like a resync of a large fleet. */
async function burst(event: () => void): Promise<void> {
  for (let n = 0; n < 1000; n += 1) {
    event()
    await vi.advanceTimersByTimeAsync(10)
  }
  await vi.advanceTimersByTimeAsync(1000)
}

function loopOf(look: () => Promise<void> | null) {
  const repo = memoryRepo(platform)
  const applications = fakeApplications(clock.now)
  const loop = startFleetLoop({ repo, applications, log, intervalMs: NEVER_MS }, look, 'failed')
  return { repo, applications, loop }
}

it('runs one look for many events, and one after the last of them', async () => {
  let events = 0
  const seen: number[] = []
  const { repo, applications, loop } = loopOf(() => {
    seen.push(events)
    return Promise.resolve()
  })
  await burst(() => {
    events += 1
    if (events % 2 === 0) repo.moved()
    else applications.set('store-shop', null)
  })
  expect(seen[0]).toBe(0)
  expect(seen.at(-1)).toBe(1000)
  expect(seen.length).toBeLessThanOrEqual(50)
  await loop.close()
  const { length } = seen
  repo.moved()
  await vi.advanceTimersByTimeAsync(NEVER_MS)
  expect(seen).toHaveLength(length)
})

it('looks again after events during a look, and never runs two looks at once', async () => {
  const ends: (() => void)[] = []
  const { repo, loop } = loopOf(() => new Promise((resolve) => void ends.push(resolve)))
  expect(ends).toHaveLength(1)
  repo.moved()
  await vi.advanceTimersByTimeAsync(5000)
  expect(ends).toHaveLength(1)
  ends[0]?.()
  await vi.advanceTimersByTimeAsync(1000)
  expect(ends).toHaveLength(2)
  ends[1]?.()
  await loop.close()
})

it('purges and the queue visit ten thousand stores once, not once per event', async () => {
  let visits = 0
  const records = Array.from({ length: 10_000 }, (_, n): StoreRecord => {
    const intent = storeFile({ name: `shop-${n}` })
    return {
      ...storeRecord('2026-11-24T12:00:00Z', intent),
      get intent() {
        visits += 1
        return intent
      },
    }
  })
  const repo = memoryRepo(platform)
  const snapshot: Snapshot = { ...repo.snapshot(), stores: StoreIndex.of(records) }
  const applications = fakeApplications(clock.now)
  const options = {
    applications,
    log,
    clock,
    sealer: memorySealer(),
    newRequestId: () => 'R',
    repo: { ...repo, snapshot: () => snapshot },
    intervalMs: 1000,
  }
  const due = { purge: purgeSettings, time: steadyTime(clock.now) }
  const provisioning = { wasReady: () => true, speaks: () => true }
  const loops = [
    startPurges({ ...options, ...due }),
    startQueue({ ...options, provisioning, renderWaiting: () => {} }),
  ]
  await burst(() => applications.set('store-shop-7', null))
  await Promise.all(loops.map((loop) => loop.close()))
  // Each of the two loops visits each store once.
  expect(visits).toBe(20_000)
})
