import type { Application } from '../domain/status/application.ts'
import type { PhaseInput } from '../domain/status/verdict.ts'

const T0 = Date.parse('2026-11-24T12:00:00Z')

/** Milliseconds since the Unix epoch, `seconds` after the commit of {@link readyInput}. */
export const after = (seconds: number) => T0 + seconds * 1000
export const timeAfter = (seconds: number) => new Date(after(seconds)).toISOString()

/** An Application that was applied and has been healthy for a long time. */
export function healthyApplication(change: Partial<Application> = {}): Application {
  return {
    name: 'store-shop',
    createdAt: timeAfter(1),
    deletionTimestamp: null,
    cascades: false,
    awaitsConfirmation: false,
    health: 'Healthy',
    healthSince: timeAfter(20),
    sync: 'Synced',
    syncRevision: 'c1',
    operationRequested: false,
    operationState: {
      phase: 'Succeeded',
      message: 'successfully synced',
      startedAt: timeAfter(2),
      finishedAt: timeAfter(5),
      revision: 'c1',
      retryCount: 0,
    },
    reconciledAt: timeAfter(50),
    conditions: [],
    onlyPrunableLeft: false,
    syncWindowDenies: false,
    ...change,
  }
}

type Change = Partial<Omit<PhaseInput, 'declared'>> & { declared?: Partial<PhaseInput['declared']> }

/** Input whose verdict is Ready, one minute after the commit. `change` modifies it. */
export function readyInput(change: Change = {}): PhaseInput {
  const { declared, ...rest } = change
  return {
    pending: null,
    application: healthyApplication(),
    observed: 'tree-1',
    applied: 'tree-1',
    applicationSet: { error: null },
    source: { asOf: after(60), intervalMs: 60_000, reconciliationMs: 180_000 },
    everReady: false,
    now: after(60),
    ...rest,
    declared: {
      intentOnMain: true,
      onMain: true,
      problems: [],
      lifecycle: 'active',
      autoSync: true,
      queued: false,
      required: 'tree-1',
      committedAt: after(0),
      ...declared,
    },
  }
}
