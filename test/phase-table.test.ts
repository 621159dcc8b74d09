import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PAGE, phaseTableText } from '../scripts/phase-table.ts'
import { lifecycles } from '../src/contract/words.ts'
import { phaseTable } from '../src/domain/status/phase.ts'
import { after, healthyApplication, readyInput, timeAfter } from '../src/testing/phase-input.ts'

const operation = healthyApplication().operationState

const maybe = <T>(...values: readonly T[]) => fc.constantFrom(...values)
const messages = maybe('', 'app path does not exist', 'connection refused', 'no matches for kind')
const conditions = fc.array(
  fc.record({
    type: maybe('ComparisonError', 'SyncError', 'DeletionError', 'SharedResourceWarning'),
    message: messages,
  }),
  { maxLength: 2 },
)

const applications = fc
  .record({
    deletionTimestamp: maybe(null, timeAfter(9)),
    awaitsConfirmation: fc.boolean(),
    health: maybe('', 'Missing', 'Degraded', 'Unknown', 'Progressing', 'Suspended', 'Healthy'),
    healthSince: maybe(null, timeAfter(20), timeAfter(59)),
    sync: maybe('Synced', 'OutOfSync', 'Unknown'),
    operationRequested: fc.boolean(),
    operationState: fc.option(
      fc.record({
        phase: maybe('Running', 'Terminating', 'Succeeded', 'Failed', 'Error'),
        message: messages,
        finishedAt: maybe(null, timeAfter(5)),
      }),
    ),
    reconciledAt: maybe(null, timeAfter(1), timeAfter(50)),
    conditions,
    onlyPrunableLeft: fc.boolean(),
    syncWindowDenies: fc.boolean(),
  })
  .map(({ operationState, ...rest }) =>
    healthyApplication({
      ...rest,
      operationState: operationState === null ? null : { ...operation!, ...operationState },
    } as Parameters<typeof healthyApplication>[0]),
  )

const inputs = fc
  .record({
    declared: fc.record({
      intentOnMain: fc.boolean(),
      onMain: fc.boolean(),
      problems: maybe([], [{ pointer: '#/plan', detail: 'x' }]),
      lifecycle: maybe(...lifecycles),
      autoSync: fc.boolean(),
      queued: fc.boolean(),
    }),
    pending: maybe(null, { reason: 'ChecksFailed' as const, message: 'pull request 12' }),
    application: fc.option(applications),
    observed: maybe(null, '', 'tree-1', 'tree-0'),
    applied: maybe(null, 'tree-1', 'tree-0'),
    applicationSet: maybe(
      null,
      { error: null },
      { error: { reason: 'ApplicationValidationError', message: 'x' } },
      { error: { reason: 'RenderTemplateParamsError', message: 'x' } },
    ),
    everReady: fc.boolean(),
    now: maybe(after(60), after(361), after(3600)),
  })
  .map((change) => readyInput(change as Parameters<typeof readyInput>[0]))

it('docs/phase-table.md has the rows of the code (else: npm run phases)', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(phaseTableText(phaseTable))
})

it('rows of the phase table are numbered from 1 without a gap', () => {
  expect(phaseTable.length).toBeGreaterThan(15)
  expect(phaseTable.map(({ number }) => number)).toEqual(phaseTable.map((_, at) => at + 1))
})

it('a row of the phase table returns no verdict that its outcomes do not list', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(inputs, (input) => {
      for (const { number, outcomes, judge } of phaseTable) {
        const verdict = judge(input)
        if (verdict === null) continue
        expect(outcomes[verdict.phase], `row ${number}`).toContain(verdict.reason)
        seen.add(`${number} ${verdict.phase}`)
      }
    }),
    { numRuns: 3000 },
  )
  const listed = phaseTable.flatMap(({ number, outcomes }) =>
    Object.keys(outcomes).map((phase) => `${number} ${phase}`),
  )
  expect(listed.filter((each) => !seen.has(each))).toEqual([])
})
