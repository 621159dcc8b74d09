import { namedReasons as named, reasonIn } from './failure-words.ts'
import type { PhaseInput, PhaseRow, Verdict } from './verdict.ts'

/** Without a webhook Argo CD polls every 2 to 3 minutes. */
const WEBHOOK_MISSING_MS = 3 * 60_000

/** Conditions with which Argo CD cannot compare at all. Source: argo-cd v3.5.1 `types.go`. */
const CANNOT_COMPARE = ['InvalidSpecError', 'ComparisonError', 'UnknownError']

/** Rows 8 to 13: did Argo CD see this tree, and did it apply it? */
export const operationRows: readonly PhaseRow[] = [
  {
    number: 8,
    when: 'Argo CD cannot compare the store with Git',
    outcomes: { Failed: ['CannotCompare', ...named] },
    judge: ({ application }) => {
      const condition = application?.conditions.find(({ type }) => CANNOT_COMPARE.includes(type))
      return condition === undefined
        ? null
        : {
            phase: 'Failed',
            reason: reasonIn(condition.message, 'CannotCompare'),
            message: condition.message,
          }
    },
  },
  {
    number: 9,
    when: 'A sync is requested or running',
    outcomes: { Syncing: ['Applying', 'BlockedByPreviousSync', 'Retrying', ...named] },
    judge: (input) => {
      const state = input.application?.operationState ?? null
      const running = state?.phase === 'Running' || state?.phase === 'Terminating'
      if (input.application?.operationRequested !== true && !running) return null
      if (running && input.applied !== null && input.applied !== input.declared.required) {
        return syncing(
          'BlockedByPreviousSync',
          'An earlier sync is still running and blocks this change',
        )
      }
      // Running with an end time means that the attempt has failed and Argo CD will retry.
      return running && state.finishedAt !== null
        ? syncing(
            reasonIn(state.message, 'Retrying'),
            `Attempt ${state.retryCount + 1} failed; Argo CD will retry: ${state.message}`,
          )
        : syncing('Applying', 'Argo CD is applying it')
    },
  },
  {
    number: 10,
    when: 'Argo CD has not observed this tree; without a webhook after 3 minutes',
    outcomes: {
      Unknown: ['RevisionNotInClone'],
      Committed: ['WaitingForRefresh', 'WebhookMissing'],
    },
    judge: ({ application, declared, observed, now }) => {
      if (application === null || observed === declared.required) return null
      if (observed === null) {
        return {
          phase: 'Unknown',
          reason: 'RevisionNotInClone',
          message: 'Argo CD compared with a commit that the stores repo does not have',
        }
      }
      return now - declared.committedAt > WEBHOOK_MISSING_MS
        ? committed(
            'WebhookMissing',
            'Argo CD has not picked up the commit for minutes; without a webhook it polls',
          )
        : committed('WaitingForRefresh', 'Committed; waiting for Argo CD to pick it up')
    },
  },
  {
    number: 11,
    when: 'The sync of this tree failed',
    outcomes: { Failed: ['SyncFailed', ...named] },
    judge: (input) => {
      const state = input.application?.operationState ?? null
      const ended = state?.phase === 'Failed' || state?.phase === 'Error'
      if (ended && input.applied === input.declared.required) {
        return failed(state.message)
      }
      const condition = input.application?.conditions.find(({ type }) => type === 'SyncError')
      return condition === undefined ? null : failed(condition.message)
    },
  },
  {
    number: 12,
    when: 'Argo CD observed this tree and has not applied it',
    outcomes: {
      Committed: ['Queued', 'AutoSyncOff', 'SyncWindow'],
      Syncing: ['Pending'],
    },
    judge: (input) => (input.application?.sync === 'Synced' ? null : outOfSync(input)),
  },
  {
    number: 13,
    when: 'Health was assessed before the last operation ended',
    outcomes: { Progressing: ['HealthNotReassessed'] },
    judge: ({ application }) => {
      const finishedAt = application?.operationState?.finishedAt ?? null
      const reconciledAt = application?.reconciledAt ?? null
      if (finishedAt === null) return null
      return reconciledAt !== null && Date.parse(reconciledAt) >= Date.parse(finishedAt)
        ? null
        : {
            phase: 'Progressing',
            reason: 'HealthNotReassessed',
            message: 'Applied; waiting for Argo CD to assess its health',
          }
    },
  },
]

/** Explains the wait: the limit on stores that are set up at the same time is reached. */
export function queuedMessage({ placeInQueue }: PhaseInput['declared']): string {
  const place = placeInQueue === undefined ? '' : `, number ${placeInQueue} in the queue`
  return `Queued${place}: the limit on stores that are set up at the same time is reached`
}

function outOfSync({ application, declared }: PhaseInput): Verdict | null {
  if (declared.queued) return committed('Queued', queuedMessage(declared))
  if (!declared.autoSync)
    return committed('AutoSyncOff', 'Committed, not applied: auto-sync is off')
  if (application?.sync === 'OutOfSync' && application.onlyPrunableLeft) return null
  if (application?.syncWindowDenies === true) {
    return committed('SyncWindow', 'Committed, not applied: a sync window forbids it now')
  }
  return syncing('Pending', 'Argo CD sees the difference and is about to apply it')
}

function syncing(reason: Verdict['reason'], message: string): Verdict {
  return { phase: 'Syncing', reason, message }
}

function failed(message: string): Verdict {
  return { phase: 'Failed', reason: reasonIn(message, 'SyncFailed'), message }
}

function committed(reason: Verdict['reason'], message: string): Verdict {
  return { phase: 'Committed', reason, message }
}
