import fc from 'fast-check'
import { expect, it } from 'vitest'
import { storeFile, storeRecord } from '../testing/records.ts'
import { isOnItsWayOut } from './admission/mass-delete-limit.ts'
import { queueOf } from './admission/provisioning.ts'
import type { StoreRecord } from './snapshot.ts'
import {
  copyStores,
  namesApart,
  namesWhere,
  putStore,
  type StoreMap,
  tallyOf,
} from './store-map.ts'

const record = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    team: fc.constantFrom('red', 'blue'),
    plan: fc.constantFrom('small', 'medium'),
    cluster: fc.constantFrom('one', 'two'),
    lifecycle: fc.constantFrom('active', 'suspended', 'deleted', 'purge').map((state) => ({
      state,
    })),
    queued: fc.boolean(),
    readable: fc.boolean(),
  })
  .map(({ readable, ...intent }): StoreRecord => {
    const made = storeRecord('2026-01-01T00:00:00Z', storeFile(intent as never))
    return readable ? made : { ...made, intent: null }
  })
const step = fc.record({ record, gone: fc.boolean(), copied: fc.boolean() })

/** The tally without entries that are zero. */
function counts(stores: StoreMap) {
  const { all, ...by } = tallyOf(stores)
  const kept = Object.entries(by).map(([key, map]) => [key, [...map].filter(([, n]) => n !== 0)])
  return { all, ...Object.fromEntries(kept.map(([key, rows]) => [key, new Map(rows as never)])) }
}

it('a map that was changed step by step has the same tallies and answers as a fresh one', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let stores = copyStores(new Map())
      for (const { record: next, gone, copied } of steps) {
        const before = counts(stores)
        const former = stores
        if (copied) stores = copyStores(stores)
        putStore(stores, next.name, gone ? null : next)
        const untouched = copied ? counts(former) : before
        expect(untouched).toEqual(before)
        const fresh = new Map(stores)
        expect(counts(stores)).toEqual(counts(fresh))
        expect(queueOf({ stores })).toEqual(queueOf({ stores: fresh }))
        const going = namesWhere(stores, isOnItsWayOut)
        expect(new Set(going)).toEqual(namesWhere(fresh, isOnItsWayOut))
        const apart = namesApart(former, stores)
        const both = new Set([...former.keys(), ...stores.keys()])
        const other = [...both].filter((name) => former.get(name) !== stores.get(name))
        expect(other.filter((name) => !apart.has(name))).toEqual([])
        expect(apart).toEqual(copied ? new Set([next.name]) : both)
      }
    }),
  )
})
