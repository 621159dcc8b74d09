import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeApplications } from '../testing/fake-applications.ts'
import { memoryRepo } from '../testing/memory-repo.ts'
import { after, healthyApplication, timeAfter } from '../testing/phase-input.ts'
import { testPlatform } from '../testing/platform.ts'
import { storeFile, storeRecord } from '../testing/records.ts'
import { type Batch, type ChangeFeed, openChangeFeed } from './change-feed.ts'
import { createStoreViews } from './store-views.ts'

let feed: ChangeFeed
beforeEach(() => void vi.useFakeTimers({ now: after(60) }))
afterEach(() => {
  feed.close()
  vi.useRealTimers()
})

function fixture(names: readonly string[], ringSize?: number) {
  const clock = { now: () => Date.now() }
  const repo = memoryRepo(testPlatform(), clock.now)
  const applications = fakeApplications(clock.now)
  for (const name of names) repo.put(storeRecord(timeAfter(0), storeFile({ name })))
  const views = createStoreViews({ repo, applications, clock })
  const judged: string[] = []
  const get = (name: string) => {
    judged.push(name)
    return views.get(name)
  }
  feed = openChangeFeed({
    repo,
    views: { ...views, get },
    applications,
    boot: 'b007b007',
    ...(ringSize === undefined ? {} : { ringSize }),
  })
  const batches: Batch[] = []
  feed.subscribe((batch) => void batches.push(batch))
  const healthy = (name: string, change: Parameters<typeof healthyApplication>[0] = {}) =>
    applications.set(
      `store-${name}`,
      healthyApplication({
        name: `store-${name}`,
        syncRevision: 'c'.repeat(40),
        operationState: null,
        reconciledAt: new Date().toISOString(),
        ...change,
      }),
    )
  return { repo, applications, batches, healthy, judged }
}

describe('the change feed', () => {
  it('starts with a row for every store', () => {
    fixture(['one', 'two'])
    expect([...feed.rows()].map((row) => [row[0], row[3], row[12]])).toEqual([
      ['one', 'Committed', 'WaitingForApplication'],
      ['two', 'Committed', 'WaitingForApplication'],
    ])
    expect(feed.seq()).toBe(1)
  })

  it('collects the changes of 250 ms into one batch, each store once', () => {
    const { batches, healthy } = fixture(['one', 'two'])
    healthy('one', { health: 'Progressing' })
    healthy('one')
    healthy('two')
    expect(batches).toEqual([])
    vi.advanceTimersByTime(250)
    expect(
      batches.map(({ seq, upsert }) => [seq, upsert.map(([name, , , phase]) => [name, phase])]),
    ).toEqual([
      [
        2,
        [
          ['one', 'Ready'],
          ['two', 'Ready'],
        ],
      ],
    ])
    healthy('one')
    vi.advanceTimersByTime(1000)
    expect(batches).toHaveLength(1)
  })

  it('reports changes through time alone: Settling ends after 5 s, a silent source makes stores stale', () => {
    const { batches, healthy, applications } = fixture(['one'])
    healthy('one', { healthSince: new Date().toISOString() })
    vi.advanceTimersByTime(250)
    expect(batches.at(-1)?.upsert[0]?.[12]).toBe('Settling')
    vi.advanceTimersByTime(6000)
    expect(batches.at(-1)?.upsert[0]?.[3]).toBe('Ready')
    applications.silentSince(Date.now())
    vi.advanceTimersByTime(120_000 + 16_000)
    expect(batches.at(-1)?.upsert[0]?.slice(3, 6)).toEqual(['Unknown', 'Unknown', 'Unknown'])
    expect(Number(batches.at(-1)?.upsert[0]?.[11]) & 1).toBe(1)
  })

  it('judges two thousand moving stores in turns, a part of them per batch', () => {
    const names = Array.from({ length: 2000 }, (_, n) => `shop-${n}`)
    const { judged } = fixture(names)
    judged.length = 0
    vi.advanceTimersByTime(250)
    // At most a hundred moving stores, plus the share of two thousand stores in 15 s.
    expect(judged.length).toBeLessThanOrEqual(100 + 34)
    vi.advanceTimersByTime(5250)
    expect(new Set(judged).size).toBe(2000)
  })

  it('judges a few moving stores every second', () => {
    const { judged } = fixture(['one', 'two', 'three'])
    for (let second = 0; second < 5; second += 1) {
      judged.length = 0
      vi.advanceTimersByTime(1000)
      expect(new Set(judged)).toEqual(new Set(['one', 'two', 'three']))
    }
  })

  it('returns the batches that a client missed, or null if they are no longer kept', () => {
    const { healthy } = fixture(['one'], 3)
    for (const health of ['Degraded', 'Healthy', 'Degraded', 'Healthy'] as const) {
      healthy('one', { health })
      vi.advanceTimersByTime(250)
    }
    expect(feed.seq()).toBe(5)
    expect(feed.since(5)).toEqual([])
    expect(feed.since(3)?.map(({ seq }) => seq)).toEqual([4, 5])
    expect(feed.since(2)?.map(({ seq }) => seq)).toEqual([3, 4, 5])
    expect([feed.since(1), feed.since(6)]).toEqual([null, null])
  })
})
