import { expect, it } from 'vitest'
import { readyInput } from '../../testing/phase-input.ts'
import { phaseOf } from './phase.ts'

it('a store without store.yaml is not Ready although its rendered files still apply', () => {
  const problems = [{ pointer: '#', detail: 'store.yaml is missing or no plain file' }]
  const input = readyInput({ declared: { intentOnMain: false, problems } })
  expect(phaseOf(input)).toMatchObject({
    phase: 'Failed',
    reason: 'InvalidSpec',
    message: expect.stringContaining('store.yaml is missing'),
  })
})

it.each([
  ['pushed', 'Requested', { onMain: false }],
  ['requested', 'Committed', { autoSync: false }],
] as const)(
  'part of S2-40: a store that was %s and waits reports its place in the queue',
  (_how, phase, declared) => {
    const input = readyInput({
      declared: { queued: true, placeInQueue: 2, ...declared },
      application:
        phase === 'Requested' ? null : { ...readyInput().application!, sync: 'OutOfSync' },
    })
    expect(phaseOf(input)).toMatchObject({
      phase,
      reason: 'Queued',
      message: expect.stringContaining('number 2 in the queue'),
    })
  },
)
