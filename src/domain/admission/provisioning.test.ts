import { describe, expect, it } from 'vitest'
import { memoryRepo } from '../../testing/memory-repo.ts'
import { testPlatform } from '../../testing/platform.ts'
import { storeFile, storeRecord } from '../../testing/records.ts'
import type { Snapshot, StoreRecord } from '../snapshot.ts'
import { StoreIndex } from '../store-index.ts'
import { hasWaited, isRoom, placeInQueue, queueOf, settingUp } from './provisioning.ts'

const platform = testPlatform((yaml) => yaml.replace('provisioning: 0', 'provisioning: 3'))
const NOW = Date.parse('2026-11-24T12:00:00Z')
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString()
const nobody = { wasReady: () => false, speaks: () => true }

const store = (name: string, minutes: number, change = {}): StoreRecord =>
  storeRecord(ago(minutes), storeFile({ name, ...change }))
const snapshot = (...records: StoreRecord[]): Snapshot => ({
  ...memoryRepo(platform).snapshot(),
  stores: StoreIndex.of(records),
})

describe('settingUp', () => {
  it.each<[string, number, StoreRecord]>([
    ['a store created just now', 1, store('shop', 0)],
    ['a store created more than 15 minutes ago', 0, store('shop', 15.1)],
    ['a queued store', 0, store('shop', 1, { queued: true })],
    ['a store without auto-sync', 0, store('shop', 1, { autoSync: false })],
    ['a suspended store', 0, store('shop', 1, { lifecycle: { state: 'suspended' } })],
    ['a store that is not rendered', 0, { ...store('shop', 1), app: null }],
    [
      'a store that was queued and started a minute ago',
      1,
      { ...store('shop', 16), last: { ...store('shop', 1).last } },
    ],
    [
      'an old store that was changed a minute ago',
      0,
      { ...store('shop', 5000), last: { ...store('shop', 1).last } },
    ],
  ])('counts %s %i times', (_what, count, record) => {
    expect(settingUp(snapshot(record), NOW, nobody)).toBe(count)
    expect(settingUp(snapshot(record), NOW, { ...nobody, wasReady: () => true })).toBe(0)
  })

  it('has no room once the cap is reached, unless the cap is 0 or the status source is silent', () => {
    const three = [store('a', 1), store('b', 1), store('c', 1)]
    expect(isRoom(snapshot(...three.slice(1)), NOW, nobody)).toBe(true)
    expect(isRoom(snapshot(...three), NOW, nobody)).toBe(false)
    expect(isRoom(snapshot(...three), NOW, { ...nobody, wasReady: (name) => name === 'a' })).toBe(
      true,
    )
    expect(isRoom(snapshot(...three), NOW, { ...nobody, speaks: () => false })).toBe(true)
    expect(isRoom({ ...snapshot(...three), platform: testPlatform() }, NOW, nobody)).toBe(true)
  })
})

describe('the queue', () => {
  const queued = (name: string, minutes: number, requestId: string) => {
    const record = store(name, minutes, { queued: true })
    return { ...record, created: { ...record.created, requestId } }
  }

  it('is ordered by commit time, then by request id, and not by name', () => {
    const at = snapshot(
      queued('a', 1, '01B'),
      queued('b', 1, '01A'),
      queued('c', 2, '01Z'),
      store('d', 3),
      { ...store('e', 0.5), app: null, manifestsTree: '' },
      store('f', 9, { queued: true, lifecycle: { state: 'deleted' } }),
    )
    expect(queueOf(at).map(({ name }) => name)).toEqual(['c', 'b', 'a', 'e'])
    expect(['c', 'b', 'a', 'e', 'd'].map((name) => placeInQueue(at, name))).toEqual([
      1,
      2,
      3,
      4,
      null,
    ])
  })

  it('holds a store for at most 15 minutes', () => {
    expect(hasWaited(queued('a', 14.9, '01'), NOW)).toBe(false)
    expect(hasWaited(queued('a', 15, '01'), NOW)).toBe(true)
  })
})
