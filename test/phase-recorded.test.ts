import { describe, expect, it } from 'vitest'
import { phaseOf } from '../src/domain/status/phase.ts'
import type { PhaseInput } from '../src/domain/status/verdict.ts'
import { inputOf, recordings } from './recordings.ts'

const all = recordings()

/** Every condition of Ready, broken one at a time. */
const breakages: readonly [what: string, breakIt: (input: PhaseInput) => PhaseInput][] = [
  ['other manifests were compared', (input) => ({ ...input, observed: 'f'.repeat(40) })],
  ['the commit is unknown', (input) => ({ ...input, observed: null })],
  ['Argo CD has no Application', (input) => ({ ...input, application: null })],
  ['the source is silent', (input) => ({ ...input, now: input.source.asOf + 121_000 })],
  [
    'the controller is silent',
    (input) => withApplication(input, { reconciledAt: '2020-01-01T00:00:00Z' }),
  ],
  [
    'it is out of sync',
    (input) => withApplication(input, { sync: 'OutOfSync', onlyPrunableLeft: false }),
  ],
  ['sync is unknown', (input) => withApplication(input, { sync: 'Unknown' })],
  ['health is not known yet', (input) => withApplication(input, { health: '' })],
  ['a part is missing', (input) => withApplication(input, { health: 'Missing' })],
  [
    'health changed a second ago',
    (input) => withApplication(input, { healthSince: new Date(input.now - 1000).toISOString() }),
  ],
  ['a sync was requested', (input) => withApplication(input, { operationRequested: true })],
  [
    'it cannot compare',
    (input) => withApplication(input, { conditions: [{ type: 'ComparisonError', message: 'x' }] }),
  ],
  [
    'it is being deleted',
    (input) => withApplication(input, { deletionTimestamp: new Date(input.now).toISOString() }),
  ],
  ['its last sync failed', (input) => withOperation(input, { phase: 'Failed' })],
  [
    'health is older than the last operation',
    (input) => withOperation(input, { finishedAt: new Date(input.now + 1000).toISOString() }),
  ],
]

function withApplication(
  input: PhaseInput,
  change: Partial<NonNullable<PhaseInput['application']>>,
): PhaseInput {
  return input.application === null
    ? input
    : { ...input, application: { ...input.application, ...change } }
}

type Operation = NonNullable<NonNullable<PhaseInput['application']>['operationState']>

function withOperation(input: PhaseInput, change: Partial<Operation>): PhaseInput {
  const operation = input.application?.operationState ?? null
  return operation === null
    ? input
    : withApplication(input, { operationState: { ...operation, ...change } })
}

describe('recordings of a real Argo CD', () => {
  it('cover many states', () => {
    expect(all.length).toBeGreaterThanOrEqual(13)
    expect(new Set(all.map(({ expected }) => expected.reason)).size).toBeGreaterThanOrEqual(10)
  })

  it.each(all.map((recording) => [recording.row, recording] as const))(
    'S1-09 give the recorded verdict for row %s',
    (_row, recording) => {
      expect(phaseOf(inputOf(recording))).toMatchObject(recording.expected)
    },
  )

  it('S1-09 are never Ready although several are Healthy in Argo CD', () => {
    const green = all.filter(({ expected, application }) => {
      const health = (application as { status?: { health?: { status?: string } } } | null)?.status
        ?.health?.status
      return health === 'Healthy' && expected.phase !== 'Ready'
    })
    expect(green.length).toBeGreaterThanOrEqual(3)
    expect(green.map((recording) => phaseOf(inputOf(recording)).phase)).not.toContain('Ready')
  })

  const ready = all.filter(({ expected }) => expected.phase === 'Ready')
  it.each(breakages)('S1-09 are not Ready when %s', (_what, breakIt) => {
    expect(ready.length).toBeGreaterThan(0)
    for (const recording of ready) {
      expect(phaseOf(inputOf(recording)).phase).toBe('Ready')
      expect(phaseOf(breakIt(inputOf(recording))).phase).not.toBe('Ready')
    }
  })
})
