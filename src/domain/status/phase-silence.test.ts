import { describe, expect, it } from 'vitest'
import {
  after,
  healthyApplication as app,
  readyInput,
  timeAfter,
} from '../../testing/phase-input.ts'
import { phaseOf } from './phase.ts'

const never = { asOf: 0, intervalMs: 60_000, reconciliationMs: 180_000 }
const gone = { intentOnMain: false, onMain: false }

describe('a silent source', () => {
  it('gives Unknown together with the last known verdict', () => {
    const verdict = phaseOf(
      readyInput({ now: after(200), application: app({ reconciledAt: timeAfter(199) }) }),
    )
    expect(verdict).toMatchObject({
      phase: 'Unknown',
      reason: 'SourceUnreachable',
      stale: true,
      lastKnown: { phase: 'Ready' },
    })
  })

  it.each([
    ['a missing Application', readyInput({ application: null, source: never })],
    [
      'a removed store',
      readyInput({ declared: { ...gone, lifecycle: 'purge' }, application: null, source: never }),
    ],
    ['a detached store', readyInput({ declared: gone, application: null, now: after(600) })],
  ])('does not prove %s', (_what, input) => {
    expect(phaseOf(input)).toMatchObject({
      phase: 'Unknown',
      reason: 'SourceUnreachable',
      stale: true,
    })
  })

  it('does not hide a verdict from Git alone or an observed deletion', () => {
    const invalid = readyInput({
      application: null,
      declared: { problems: [{ pointer: '#/plan', detail: 'x' }] },
      source: never,
    })
    expect(phaseOf(invalid)).toMatchObject({ phase: 'Failed', reason: 'InvalidSpec', stale: false })
    const deleting = readyInput({
      application: app({ deletionTimestamp: timeAfter(9) }),
      now: after(600),
    })
    expect(phaseOf(deleting)).toMatchObject({ phase: 'Deleting', stale: false })
  })
})
