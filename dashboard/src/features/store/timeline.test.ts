import type { Condition, Store } from '@storewright/contract/store.ts'
import { describe, expect, it } from 'vitest'
import { timelineOf } from './timeline.ts'

/**
 * Only the members that a timeline reads. `facts` lists the conditions that are True by their
 * initials C, O, S, H.
 */
function store(facts: string, rest: Partial<Store> = {}): Store {
  const types = { C: 'Committed', O: 'Observed', S: 'Synced', H: 'Healthy' } as const
  const conditions = Object.entries(types).map(([letter, type], place): Condition => ({
    type,
    status: facts.includes(letter) ? 'True' : 'False',
    reason: '',
    message: '',
    lastTransitionTime: `2026-11-21T12:00:0${place * 2}Z`,
  }))
  return {
    phase: 'Progressing',
    lifecycle: 'active',
    stale: false,
    conditions,
    change: { operation: '01J', at: '2026-11-21T12:00:00Z' },
    ...rest,
  } as Store
}

it('keeps every step of a purge done after its folder has left Git', () => {
  const purge = { lifecycle: 'purge', phase: 'Deleting' } as const
  const before = store('COS', { ...purge, etag: '"1"' } as Partial<Store>)
  const after = store('', { ...purge, etag: '""' } as Partial<Store>)
  expect(states(after)).toEqual(states(before))
  expect(states(after).at(-1)).toBe('end:current')
  const over = { ...after, phase: 'Deleted' } as Store
  expect(states(over).every((each) => each.endsWith(':done'))).toBe(true)
})

const states = (of: Store) => timelineOf(of).map(({ id, state }) => `${id}:${state}`)

describe('timelineOf', () => {
  it.each([
    ['C', 'Committed', 'requested:done committed:done observed:current synced:waiting'],
    ['CO', 'Syncing', 'observed:done synced:current healthy:waiting end:waiting'],
    ['COS', 'Progressing', 'synced:done healthy:current end:waiting'],
    ['COSH', 'Progressing', 'healthy:done end:current'],
    ['COSH', 'Ready', 'healthy:done end:done'],
    ['CO', 'Failed', 'synced:failed healthy:waiting end:waiting'],
    ['COS', 'Degraded', 'healthy:failed end:waiting'],
    ['CSH', 'Committed', 'observed:current synced:waiting healthy:waiting end:waiting'],
    ['COS', 'Unknown', 'synced:done healthy:waiting end:waiting'],
  ])('%s while %s', (facts, phase, expected) => {
    expect(states(store(facts, { phase } as Partial<Store>)).join(' ')).toContain(expected)
  })

  it('has no healthy step for a deletion', () => {
    const deleted = { lifecycle: 'deleted', phase: 'SoftDeleted' } as const
    expect(states(store('COSH', deleted))).toEqual([
      'requested:done',
      'committed:done',
      'observed:done',
      'synced:done',
      'end:done',
    ])
  })

  it('has no request for a change made in Git', () => {
    const change = { operation: null, at: '2026-11-21T12:00:00Z' } as Store['change']
    expect(timelineOf(store('C', { change }))[0]?.id).toBe('committed')
  })

  it('reports the duration of a step once it is done', () => {
    const [, , observed, synced] = timelineOf(store('CO'))
    expect(observed).toMatchObject({ tookMs: 2000, at: '2026-11-21T12:00:02Z' })
    expect(synced).toMatchObject({ tookMs: null, at: null })
  })
})
