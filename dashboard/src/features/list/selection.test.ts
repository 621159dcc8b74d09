import type { Store } from '@storewright/contract/store.ts'
import { describe, expect, it } from 'vitest'
import { countAttention, facetCounts, isFiltered, selectStores } from './selection.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')

/** Only the members that the selection reads. */
function store(name: string, facts: Partial<Store> = {}): Store {
  return {
    name,
    host: `${name}.example.com`,
    title: name,
    owner: 'local',
    plan: 'small',
    phase: 'Ready',
    reason: 'Serving',
    health: 'Healthy',
    modified: false,
    deletedAt: null,
    change: { at: '2026-11-21T11:59:00Z' },
    ...facts,
  } as Store
}

const fleet = [
  store('zebra', { phase: 'Degraded' }),
  store('alpha'),
  store('beta', { plan: 'large', title: 'Second shop' }),
  store('gone', { phase: 'SoftDeleted', deletedAt: '2026-11-20T00:00:00Z' }),
  store('slow', {
    phase: 'Progressing',
    change: { at: '2026-11-21T11:40:00Z' } as Store['change'],
  }),
]

const names = (stores: readonly Store[]) => stores.map(({ name }) => name)

describe('selectStores', () => {
  it('sorts by phase, worst first, then by name, without deleted stores', () => {
    expect(names(selectStores(fleet, {}, NOW))).toEqual(['zebra', 'slow', 'alpha', 'beta'])
  })

  it.each([
    [{ q: 'SECOND' }, ['beta']],
    [{ plan: 'large' }, ['beta']],
    [{ phase: 'Ready' as const }, ['alpha', 'beta']],
    [{ phase: 'SoftDeleted' as const }, ['gone']],
    [{ deleted: 'include' as const, q: 'g' }, ['gone']],
    [{ attention: 'stuck' as const }, ['slow']],
    [{ q: 'nothing' }, []],
  ])('selects the stores that match %j', (search, expected) => {
    expect(names(selectStores(fleet, search, NOW)).filter((name) => name !== 'zebra')).toEqual(
      expected,
    )
  })
})

describe('facetCounts', () => {
  it('ignores the filter of the counted facet', () => {
    const counts = facetCounts(fleet, 'plan', { plan: 'large', phase: 'Ready' }, NOW)
    expect([...counts]).toEqual([
      ['small', 1],
      ['large', 1],
    ])
  })

  it('keeps a chosen value without matches, so that it can be cleared', () => {
    expect(facetCounts(fleet, 'plan', { plan: 'huge' }, NOW).get('huge')).toBe(0)
  })
})

it('counts what needs attention', () => {
  expect(countAttention(fleet, NOW)).toEqual([
    { why: 'degraded', count: 1 },
    { why: 'stuck', count: 1 },
  ])
})

it('does not treat the view or the number of rows as a filter', () => {
  expect(isFiltered({ view: 'cards', rows: 400 })).toBe(false)
  expect(isFiltered({ view: 'cards', q: 'a' })).toBe(true)
})
