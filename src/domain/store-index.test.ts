import fc from 'fast-check'
import { expect, it } from 'vitest'
import { storeFile, storeRecord } from '../testing/records.ts'
import { isOnItsWayOut } from './admission/mass-delete-limit.ts'
import { queueOf } from './admission/provisioning.ts'
import type { StoreRecord } from './snapshot.ts'
import { StoreIndex } from './store-index.ts'

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
const edit = fc.record({ record, gone: fc.boolean() })
const edits = fc.array(fc.array(edit, { maxLength: 3 }), { maxLength: 30 })

/** The tally without entries that are zero. */
function counts(stores: StoreIndex) {
  const { all, ...by } = stores.tally
  const kept = Object.entries(by).map(([key, map]) => [key, [...map].filter(([, n]) => n !== 0)])
  return { all, ...Object.fromEntries(kept.map(([key, rows]) => [key, new Map(rows as never)])) }
}

/** Everything that an index says. */
function said(stores: StoreIndex) {
  return {
    size: stores.size,
    records: new Map(stores),
    counts: counts(stores),
    going: new Set(stores.namesWhere(isOnItsWayOut)),
    queue: queueOf({ stores }),
  }
}

const fresh = (model: ReadonlyMap<string, StoreRecord>) => StoreIndex.of(model.values())

it('says after any edits what a fresh index of the same stores says, and stays as it was', () => {
  fc.assert(
    fc.property(fc.boolean(), edits, (asked, steps) => {
      let stores = StoreIndex.of([])
      let model = new Map<string, StoreRecord>()
      for (const step of steps) {
        const before = { stores, model }
        if (asked) said(stores)
        model = new Map(model)
        for (const { record: next, gone } of step)
          if (gone) model.delete(next.name)
          else model.set(next.name, next)
        stores = stores.with(
          step.map(({ record: { name }, gone, record: next }) => [name, gone ? null : next]),
        )
        expect(said(stores)).toEqual(said(fresh(model)))
        expect(said(before.stores)).toEqual(said(fresh(before.model)))
        const names = [...new Set([...model.keys(), ...before.model.keys()])]
        const apart = names.filter((name) => model.get(name) !== before.model.get(name))
        expect(stores.apartFrom(before.stores).toSorted()).toEqual(apart.toSorted())
      }
    }),
  )
})

it('says the same after more edits than an index keeps', () => {
  const named = (name: string) => storeRecord('2026-01-01T00:00:00Z', storeFile({ name }))
  const records = Array.from({ length: 2000 }, (_, n) => named(`shop-${n}`))
  const start = StoreIndex.of(records.slice(0, 100))
  const all = records.reduce((stores, next) => stores.with([[next.name, next]]), start)
  expect(said(all)).toEqual(said(StoreIndex.of(records)))
  expect(all.apartFrom(start).length).toBe(1900)
  const none = records.reduce((stores, { name }) => stores.with([[name, null]]), all)
  expect([none.size, [...none.keys()], none.tally.all]).toEqual([0, [], 0])
})
