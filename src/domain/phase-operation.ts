import { reasonIn } from './failure-words.ts'
import type { PhaseRow } from './phase.ts'
import type { PhaseInput, Verdict } from './verdict.ts'

/** Without a webhook Argo CD polls every 2 to 3 minutes. */
const WEBHOOK_MISSING_MS = 3 * 60_000

/** Conditions with which Argo CD cannot compare at all. Source: argo-cd v3.5.1 `types.go`. */
const CANNOT_COMPARE = ['InvalidSpecError', 'ComparisonError', 'UnknownError']

/** Rows 8 to 13: did Argo CD see this tree, and did it apply it? */
export const operationRows: readonly PhaseRow[] = [
  // 8 Argo CD cannot compare
  ({ application }) => {
    const condition = application?.conditions.find(({ type }) => CANNOT_COMPARE.includes(type))
    return condition === undefined
      ? null
      : {
          phase: 'Failed',
          reason: reasonIn(condition.message, 'CannotCompare'),
          message: condition.message,
        }
  },

  // 9 a sync is requested or running
  (input) => {
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

  // 10 Argo CD has not seen this tree
  ({ application, declared, observed, now }) => {
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

  // 11 the sync of this tree failed
  (input) => {
    const state = input.application?.operationState ?? null
    const ended = state?.phase === 'Failed' || state?.phase === 'Error'
    if (ended && input.applied === input.declared.required) {
      return failed(state.message)
    }
    const condition = input.application?.conditions.find(({ type }) => type === 'SyncError')
    return condition === undefined ? null : failed(condition.message)
  },

  // 12 seen, not applied
  (input) => (input.application?.sync === 'Synced' ? null : outOfSync(input)),

  // 13 health was assessed before the last operation ended
  ({ application }) => {
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
