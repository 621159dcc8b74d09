import { describe, expect, it } from 'vitest'
import { after, healthyApplication, readyInput, timeAfter } from '../../testing/phase-input.ts'
import { phaseOf } from './phase.ts'
import type { PhaseInput } from './verdict.ts'

const app = healthyApplication
const operation = app().operationState
const running = { ...operation!, phase: 'Running', finishedAt: null } as const
const setError = (reason: string) => ({ error: { reason, message: 'app.json' } })
const deletionError = (message: string) =>
  app({ deletionTimestamp: timeAfter(9), conditions: [{ type: 'DeletionError', message }] })
const gone = { intentOnMain: false, onMain: false }

const table: [row: string, phase: string, reason: string, input: PhaseInput][] = [
  [
    '1',
    'Requested',
    'AwaitingReview',
    readyInput({ pending: { reason: 'AwaitingReview', message: 'pull request 12' } }),
  ],
  [
    '2',
    'Requested',
    'Rendering',
    readyInput({ application: null, declared: { onMain: false, required: '' } }),
  ],
  [
    '2 invalid',
    'Failed',
    'InvalidSpec',
    readyInput({ declared: { problems: [{ pointer: '#/plan', detail: 'x' }] } }),
  ],
  [
    '3',
    'Committed',
    'GeneratorBlocked',
    readyInput({ application: null, applicationSet: setError('RenderTemplateParamsError') }),
  ],
  [
    '3 own',
    'Committed',
    'ApplicationInvalid',
    readyInput({ application: null, applicationSet: setError('ApplicationValidationError') }),
  ],
  ['4', 'Committed', 'WaitingForApplication', readyInput({ application: null })],
  [
    '4 late',
    'Committed',
    'ApplicationMissing',
    readyInput({
      application: null,
      now: after(361),
      source: { asOf: after(361), intervalMs: 60_000, reconciliationMs: 180_000 },
    }),
  ],
  ['5', 'Deleting', 'WaitingForGenerator', readyInput({ declared: gone })],
  [
    '5 cascade',
    'Deleting',
    'CascadeRunning',
    readyInput({ declared: gone, application: app({ deletionTimestamp: timeAfter(9) }) }),
  ],
  [
    '5 confirm',
    'Deleting',
    'AwaitingConfirmation',
    readyInput({
      declared: gone,
      application: app({
        deletionTimestamp: timeAfter(9),
        awaitsConfirmation: true,
      }),
    }),
  ],
  [
    '5 before 8',
    'Deleting',
    'CascadeRunning',
    readyInput({
      declared: gone,
      application: app({
        deletionTimestamp: timeAfter(9),
        conditions: [{ type: 'ComparisonError', message: 'app path does not exist' }],
      }),
    }),
  ],
  ['5 error', 'Deleting', 'DeletionError', readyInput({ application: deletionError('stuck') })],
  [
    '5 object already gone',
    'Deleting',
    'CascadeRunning',
    readyInput({ application: deletionError('cronjobs.batch "wp-cron" not found') }),
  ],
  ['6', 'Detached', 'Detached', readyInput({ declared: gone, application: null })],
  [
    '6 purged',
    'Deleted',
    'Removed',
    readyInput({ declared: { ...gone, lifecycle: 'purge' }, application: null }),
  ],
  [
    '7',
    'Unknown',
    'SourceUnreachable',
    readyInput({ now: after(200), application: app({ reconciledAt: timeAfter(199) }) }),
  ],
  [
    '7 controller',
    'Unknown',
    'ControllerSilent',
    readyInput({
      now: after(700),
      source: { asOf: after(699), intervalMs: 60_000, reconciliationMs: 180_000 },
    }),
  ],
  [
    '8',
    'Failed',
    'CannotCompare',
    readyInput({
      application: app({ conditions: [{ type: 'ComparisonError', message: 'bad manifest' }] }),
    }),
  ],
  [
    '9 requested',
    'Syncing',
    'Applying',
    readyInput({ application: app({ operationRequested: true }) }),
  ],
  [
    '9 running',
    'Syncing',
    'Applying',
    readyInput({ application: app({ operationState: running }) }),
  ],
  [
    '9 retry',
    'Syncing',
    'Retrying',
    readyInput({ application: app({ operationState: { ...running, finishedAt: timeAfter(5) } }) }),
  ],
  [
    '9 blocked',
    'Syncing',
    'BlockedByPreviousSync',
    readyInput({ applied: 'tree-0', application: app({ operationState: running }) }),
  ],
  ['10', 'Committed', 'WaitingForRefresh', readyInput({ observed: 'tree-0' })],
  [
    '10 late',
    'Committed',
    'WebhookMissing',
    readyInput({
      observed: 'tree-0',
      now: after(181),
      source: { asOf: after(181), intervalMs: 60_000, reconciliationMs: 180_000 },
    }),
  ],
  ['10 unknown', 'Unknown', 'RevisionNotInClone', readyInput({ observed: null })],
  [
    '11',
    'Failed',
    'SyncFailed',
    readyInput({
      application: app({
        operationState: { ...operation!, phase: 'Failed', message: 'the webhook denied it' },
      }),
    }),
  ],
  [
    '11 condition',
    'Failed',
    'SyncFailed',
    readyInput({ application: app({ conditions: [{ type: 'SyncError', message: 'x' }] }) }),
  ],
  ['12', 'Syncing', 'Pending', readyInput({ application: app({ sync: 'OutOfSync' }) })],
  [
    '12 queued',
    'Committed',
    'Queued',
    readyInput({
      declared: { queued: true, autoSync: false },
      application: app({ sync: 'OutOfSync' }),
    }),
  ],
  [
    '12 off',
    'Committed',
    'AutoSyncOff',
    readyInput({ declared: { autoSync: false }, application: app({ sync: 'OutOfSync' }) }),
  ],
  [
    '12 window',
    'Committed',
    'SyncWindow',
    readyInput({ application: app({ sync: 'OutOfSync', syncWindowDenies: true }) }),
  ],
  [
    '12 leftovers',
    'Ready',
    'Serving',
    readyInput({ application: app({ sync: 'OutOfSync', onlyPrunableLeft: true }) }),
  ],
  [
    '13',
    'Progressing',
    'HealthNotReassessed',
    readyInput({ application: app({ reconciledAt: timeAfter(4) }) }),
  ],
  [
    '14',
    'Deleting',
    'FinalBackup',
    readyInput({ declared: { lifecycle: 'purge' }, application: app({ health: 'Progressing' }) }),
  ],
  [
    '14 failed',
    'Deleting',
    'BackupFailed',
    readyInput({ declared: { lifecycle: 'purge' }, application: app({ health: 'Degraded' }) }),
  ],
  ['14 done', 'Deleting', 'ReadyToRemove', readyInput({ declared: { lifecycle: 'purge' } })],
  ['15', 'Degraded', 'Degraded', readyInput({ application: app({ health: 'Degraded' }) })],
  [
    '16',
    'Degraded',
    'ProgressDeadline',
    readyInput({
      application: app({
        health: 'Progressing',
        healthSince: timeAfter(0),
        reconciledAt: timeAfter(910),
      }),
      now: after(910),
      source: { asOf: after(910), intervalMs: 60_000, reconciliationMs: 180_000 },
    }),
  ],
  [
    '16 was ready',
    'Degraded',
    'ProgressDeadline',
    readyInput({
      everReady: true,
      application: app({
        health: 'Missing',
        healthSince: timeAfter(0),
        reconciledAt: timeAfter(310),
      }),
      now: after(310),
      source: { asOf: after(310), intervalMs: 60_000, reconciliationMs: 180_000 },
    }),
  ],
  ['17', 'Progressing', 'Starting', readyInput({ application: app({ health: '' }) })],
  ['18', 'Unknown', 'HealthUnknown', readyInput({ application: app({ health: 'Unknown' }) })],
  ['19', 'Suspended', 'Suspended', readyInput({ declared: { lifecycle: 'suspended' } })],
  ['19 deleted', 'SoftDeleted', 'SoftDeleted', readyInput({ declared: { lifecycle: 'deleted' } })],
  [
    '19 paused',
    'Suspended',
    'PausedInCluster',
    readyInput({ application: app({ health: 'Suspended' }) }),
  ],
  [
    '20',
    'Progressing',
    'Settling',
    readyInput({ application: app({ healthSince: timeAfter(56) }) }),
  ],
  ['21', 'Ready', 'Serving', readyInput()],
]

describe('phaseOf', () => {
  it.each(table)('row %s is %s (%s)', (_row, phase, reason, input) => {
    expect(phaseOf(input)).toMatchObject({ phase, reason })
  })

  it('is never Ready while any condition of Ready is not met', () => {
    const broken: PhaseInput[] = [
      readyInput({ observed: 'tree-0' }),
      readyInput({ application: app({ sync: 'OutOfSync' }) }),
      readyInput({ application: app({ sync: 'Unknown' }) }),
      readyInput({ application: app({ health: 'Missing' }) }),
      readyInput({ application: app({ operationState: running }) }),
      readyInput({ application: app({ operationState: { ...operation!, phase: 'Error' } }) }),
      readyInput({
        application: app({ conditions: [{ type: 'InvalidSpecError', message: 'x' }] }),
      }),
      readyInput({ application: app({ reconciledAt: null }) }),
      readyInput({ application: app({ deletionTimestamp: timeAfter(1) }) }),
    ]
    expect(broken.map((input) => phaseOf(input).phase)).not.toContain('Ready')
  })

  it('is unaffected by a commit that does not change the manifests', () => {
    expect(phaseOf(readyInput({ application: app({ syncRevision: 'c9' }) })).phase).toBe('Ready')
  })
})
