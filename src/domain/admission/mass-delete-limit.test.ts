import { describe, expect, it } from 'vitest'
import type { StoreFile } from '../../contract/store-file.ts'
import { memoryRepo } from '../../testing/memory-repo.ts'
import { testPlatform } from '../../testing/platform.ts'
import { storeFile, storeRecord } from '../../testing/records.ts'
import type { Departure, Snapshot, StoreRecord } from '../snapshot.ts'
import { StoreIndex } from '../store-index.ts'
import {
  goingAt,
  isDeparture,
  isStepOut,
  massDeleteLimit,
  massDeletionAt,
  massDeletionOf,
  requireWithinLimit,
} from './mass-delete-limit.ts'

const platform = testPlatform()
const NOW = Date.parse('2026-11-24T12:00:00Z')
const minutesAgo = (minutes: number) => NOW - minutes * 60_000
const iso = (ms: number) => new Date(ms).toISOString()
const names = (count: number) => Array.from({ length: count }, (_, n) => `shop-${n}`)
const id = (name: string) => ({ team: 'default', name })

function snapshot(records: readonly StoreRecord[], change: Partial<Snapshot> = {}): Snapshot {
  const stores = StoreIndex.of(records)
  return { ...memoryRepo(platform).snapshot(), stores, ...change }
}
const active = (name: string) => storeRecord('2026-11-01T00:00:00Z', storeFile({ name }))
const went = (count: number, minutes: number): readonly Departure[] =>
  names(count).map((name) => ({ ...id(name), atMs: minutesAgo(minutes) }))
/** Deleted in its intent, but still rendered as active. */
const pushed = (name: string): StoreRecord => {
  const record = active(name)
  const intent = storeFile({ name, lifecycle: { state: 'deleted' } })
  return { ...record, intent, last: { ...record.last, requestId: null } }
}

describe('massDeleteLimit', () => {
  it.each([
    [3, 1, 10, 3],
    [3, 1, 300, 3],
    [3, 1, 301, 4],
    [3, 1, 10_000, 100],
    [1, 0, 10_000, 1],
    [5, 100, 7, 7],
  ])('max %i, %i %% of %i stores in all: %i', (max, percent, stores, limit) => {
    const rule = { max, percent, windowMinutes: 60 }
    expect(massDeleteLimit(rule, stores)).toBe(limit)
    const going = new Set(names(limit))
    expect(massDeletionOf(going, rule, stores)).toBeNull()
    expect(massDeletionOf(going.add('one more'), rule, stores)?.count).toBe(limit + 1)
  })
})

describe('goingAt', () => {
  const folders = (count: number, minutes: number) =>
    new Map(
      names(count).map((name) => [
        name,
        { team: 'default', at: iso(minutesAgo(minutes)), purged: false },
      ]),
    )

  it('counts each store that left within the window once', () => {
    const departures = [...went(2, 59), ...went(2, 10), ...went(3, 61)]
    expect(goingAt(snapshot([], { departures }), NOW).size).toBe(2)
  })

  it('counts a pushed deletion until it is rendered', () => {
    expect(goingAt(snapshot(names(60).map(pushed)), NOW + 1e9).size).toBe(60)
  })

  it('counts a deletion that was pushed with its rendered files within the window', () => {
    const rendered = pushed('shop')
    const app = { ...rendered.app!, lifecycle: 'deleted' as const }
    const record = { ...rendered, app, last: { ...rendered.last, at: iso(minutesAgo(30)) } }
    expect([...goingAt(snapshot([record]), NOW)]).toEqual(['default/shop'])
    expect(goingAt(snapshot([record]), NOW + 31 * 60_000).size).toBe(0)
  })

  it('counts folders that were removed together, until an admin approves or they return', () => {
    const vacated = folders(4, 10_000)
    expect(goingAt(snapshot([], { vacated }), NOW).size).toBe(4)
    expect(goingAt(snapshot([], { vacated: folders(3, 10_000) }), NOW).size).toBe(0)
    const massDeleteApprovedAt = minutesAgo(5)
    expect(goingAt(snapshot([], { vacated, massDeleteApprovedAt }), NOW).size).toBe(0)
  })

  it('does not count folders removed at different times, nor those removed by a purge', () => {
    const apart = names(9).map(
      (name, n) =>
        [name, { team: 'default', at: iso(minutesAgo(1000 + n * 61)), purged: false }] as const,
    )
    expect(goingAt(snapshot([], { vacated: new Map(apart) }), NOW).size).toBe(0)
    const purged = new Map(
      [...folders(9, 1000)].map(([name, one]) => [name, { ...one, purged: true }]),
    )
    expect(goingAt(snapshot([], { vacated: purged }), NOW).size).toBe(0)
  })
})

describe('isStepOut', () => {
  const states = ['active', 'suspended', 'deleted', 'purge'] as const
  const OUT = [
    'active>deleted',
    'active>purge',
    'suspended>deleted',
    'suspended>purge',
    'deleted>purge',
  ]
  it.each(states.flatMap((from) => states.map((to) => [from, to] as const)))(
    'from %s to %s',
    (from, to) => expect(isStepOut(from, to)).toBe(OUT.includes(`${from}>${to}`)),
  )

  it('includes the purge of a deleted store, which is not a departure', () => {
    const counted = states.flatMap((from) =>
      states.filter((to) => isDeparture(from, to)).map((to) => `${from}>${to}`),
    )
    expect(counted).toEqual(OUT.filter((step) => step !== 'deleted>purge'))
    const purge = storeFile({ lifecycle: { state: 'purge' } })
    const deleted = storeFile({ lifecycle: { state: 'deleted' } })
    const at = (intent: StoreFile, lifecycle: 'active' | 'deleted' | 'purge') => {
      const record = storeRecord('2026-11-01T00:00:00Z', intent)
      return snapshot([{ ...record, app: { ...record.app!, lifecycle } }])
    }
    expect(goingAt(at(purge, 'active'), NOW).size).toBe(1)
    expect(goingAt(at(purge, 'deleted'), NOW).size).toBe(0)
    expect(goingAt(at(deleted, 'purge'), NOW).size).toBe(0)
  })
})

describe('requireWithinLimit', () => {
  const at = snapshot(names(9).map(active), { departures: went(3, 10) })

  it('accepts the third deletion, and the fourth only with the exact count or a release', () => {
    expect(requireWithinLimit(snapshot([], { departures: went(2, 10) }), id('shop-9'), NOW)).toBe(
      false,
    )
    const refused = expect.objectContaining({
      code: 'mass_delete_brake',
      extra: { count: 4, limit: 3, windowMinutes: 60 },
    })
    expect(() => requireWithinLimit(at, id('shop-9'), NOW)).toThrow(refused)
    expect(() => requireWithinLimit(at, id('shop-9'), NOW, 3)).toThrow(refused)
    expect(requireWithinLimit(at, id('shop-9'), NOW, 4)).toBe(true)
    expect(requireWithinLimit(at, id('shop-9'), NOW, 'released')).toBe(true)
  })

  it('does not count the purge of a store that was deleted within the window', () => {
    expect(massDeletionAt(at, id('shop-0'), NOW)).toBeNull()
  })
})
