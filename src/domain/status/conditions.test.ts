import { describe, expect, it } from 'vitest'
import { readyInput } from '../../testing/phase-input.ts'
import { conditionsOf } from './conditions.ts'

describe('conditionsOf', () => {
  it('returns five facts', () => {
    expect(conditionsOf(readyInput()).map(({ type, status }) => `${type}=${status}`)).toEqual([
      'Committed=True',
      'Observed=True',
      'Synced=True',
      'Healthy=True',
      'Reachable=Unknown',
    ])
  })

  it('reports OlderRevision for an older tree', () => {
    const facts = conditionsOf(readyInput({ observed: 'tree-0' }))
    expect(facts.find(({ type }) => type === 'Synced')).toMatchObject({
      status: 'False',
      reason: 'OlderRevision',
    })
  })
})
