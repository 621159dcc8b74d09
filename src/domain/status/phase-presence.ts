import { queuedMessage } from './phase-operation.ts'
import type { PhaseRow, Verdict } from './verdict.ts'

/** The ApplicationSet polls after 3 minutes and its cache lasts 3 minutes, so an Application should exist by then. */
const APPLICATION_MISSING_MS = 6 * 60_000

/**
 * Argo CD found the object, but something else removed it first. Argo CD continues, and keeps this
 * message until the Application is gone. Source: observed with argo-cd v3.6.1.
 */
const GONE = / not found$/

/** Rows 1 to 6: is there anything to judge? */
export const presenceRows: readonly PhaseRow[] = [
  {
    number: 1,
    when: 'The change is accepted and not on `main` yet',
    outcomes: { Requested: ['AwaitingReview', 'ChecksFailed', 'ReviewClosed'] },
    judge: ({ pending }) => (pending === null ? null : { phase: 'Requested', ...pending }),
  },
  {
    number: 2,
    when: '`store.yaml` is on `main` and is not valid, or is not rendered yet',
    outcomes: { Failed: ['InvalidSpec'], Requested: ['Queued', 'Rendering'] },
    // The earlier manifests stay applied.
    judge: ({ declared }) => {
      const [problem] = declared.problems
      if ((declared.intentOnMain || declared.onMain) && problem !== undefined) {
        return {
          phase: 'Failed',
          reason: 'InvalidSpec',
          message: `store.yaml is not valid: ${problem.pointer} ${problem.detail}; what was rendered before stays`,
        }
      }
      if (declared.intentOnMain && !declared.onMain && declared.queued) {
        return { phase: 'Requested', reason: 'Queued', message: queuedMessage(declared) }
      }
      return declared.intentOnMain && !declared.onMain
        ? { phase: 'Requested', reason: 'Rendering', message: 'Declared in Git; not rendered yet' }
        : null
    },
  },
  {
    number: 3,
    when: 'There is no Application, and the ApplicationSet reports an error',
    outcomes: { Committed: ['ApplicationInvalid', 'GeneratorBlocked'] },
    judge: ({ declared, application, applicationSet }) => {
      const error = applicationSet?.error ?? null
      if (!declared.onMain || application !== null || error === null) return null
      return error.reason === 'ApplicationValidationError'
        ? committed('ApplicationInvalid', `Argo CD refuses the Application: ${error.message}`)
        : committed('GeneratorBlocked', `No store change is applied: ${error.message}`)
    },
  },
  {
    number: 4,
    when: 'There is no Application yet; missing after 6 minutes',
    outcomes: { Committed: ['WaitingForApplication', 'ApplicationMissing'] },
    judge: ({ declared, application, now }) => {
      if (!declared.onMain || application !== null) return null
      return now - declared.committedAt > APPLICATION_MISSING_MS
        ? committed('ApplicationMissing', 'Argo CD has not created the Application of this store')
        : committed(
            'WaitingForApplication',
            'Committed; waiting for Argo CD to create its Application',
          )
    },
  },
  {
    number: 5,
    when: 'The Application is being deleted, or Git no longer declares the store',
    outcomes: {
      Deleting: ['WaitingForGenerator', 'DeletionError', 'AwaitingConfirmation', 'CascadeRunning'],
    },
    judge: ({ declared, application }) => {
      if (application === null) return null
      if (application.deletionTimestamp === null) {
        return declared.onMain
          ? null
          : deleting('WaitingForGenerator', 'Removed from Git; waiting for Argo CD to pick it up')
      }
      const failure = application.conditions.find(
        ({ type, message }) => type === 'DeletionError' && !GONE.test(message),
      )
      if (failure !== undefined) return deleting('DeletionError', failure.message)
      return application.awaitsConfirmation
        ? deleting('AwaitingConfirmation', 'Argo CD waits for a person to confirm the deletion')
        : deleting('CascadeRunning', 'Argo CD is removing the objects of the store')
    },
  },
  {
    number: 6,
    when: 'The store is neither in Git nor in Argo CD',
    outcomes: { Deleted: ['Removed'], Detached: ['Detached'] },
    judge: ({ declared }) => {
      if (declared.onMain) return null
      return declared.lifecycle === 'purge'
        ? { phase: 'Deleted', reason: 'Removed', message: 'Removed' }
        : {
            phase: 'Detached',
            reason: 'Detached',
            message: 'The store is still running, but Git no longer declares it',
          }
    },
  },
]

function committed(reason: Verdict['reason'], message: string): Verdict {
  return { phase: 'Committed', reason, message }
}

function deleting(reason: Verdict['reason'], message: string): Verdict {
  return { phase: 'Deleting', reason, message }
}
