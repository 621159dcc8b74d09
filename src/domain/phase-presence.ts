import { queuedMessage } from './phase-operation.ts'
import type { PhaseRow } from './phase.ts'
import type { Verdict } from './verdict.ts'

/** After this long without an Application the ApplicationSet's own poll (3 min) plus its cache (3 min) has passed. */
const APPLICATION_MISSING_MS = 6 * 60_000

/**
 * An object that something else removed first, between Argo CD's look and its own deletion. Argo CD goes on, and keeps
 * the words for as long as the Application lives. Source: seen on argo-cd v3.6.1.
 */
const GONE = / not found$/

/** Rows 1 to 6: is there something to judge at all? */
export const presenceRows: readonly PhaseRow[] = [
  // 1 accepted, not on main
  ({ pending }) => (pending === null ? null : { phase: 'Requested', ...pending }),

  // 2 store.yaml is invalid or gone alone (what was rendered before stays), or not rendered yet
  ({ declared }) => {
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
      ? { phase: 'Requested', reason: 'Rendering', message: 'Declared in Git, not rendered yet' }
      : null
  },

  // 3 the ApplicationSet cannot work
  ({ declared, application, applicationSet }) => {
    const error = applicationSet?.error ?? null
    if (!declared.onMain || application !== null || error === null) return null
    return error.reason === 'ApplicationValidationError'
      ? committed('ApplicationInvalid', `Argo CD refuses the Application: ${error.message}`)
      : committed('GeneratorBlocked', `No store change is applied: ${error.message}`)
  },

  // 4 no Application yet
  ({ declared, application, now }) => {
    if (!declared.onMain || application !== null) return null
    return now - declared.committedAt > APPLICATION_MISSING_MS
      ? committed('ApplicationMissing', 'Argo CD has made no Application for this store')
      : committed('WaitingForApplication', 'In Git; Argo CD has not looked yet')
  },

  // 5 being removed
  ({ declared, application }) => {
    if (application === null) return null
    if (application.deletionTimestamp === null) {
      return declared.onMain
        ? null
        : deleting('WaitingForGenerator', 'Removed from Git; Argo CD has not looked yet')
    }
    const failure = application.conditions.find(
      ({ type, message }) => type === 'DeletionError' && !GONE.test(message),
    )
    if (failure !== undefined) return deleting('DeletionError', failure.message)
    return application.awaitsConfirmation
      ? deleting('AwaitingConfirmation', 'Argo CD waits for a person to confirm the deletion')
      : deleting('CascadeRunning', 'Argo CD is removing what the store consists of')
  },

  // 6 neither in Git nor in Argo CD
  ({ declared }) => {
    if (declared.onMain) return null
    return declared.lifecycle === 'purge'
      ? { phase: 'Deleted', reason: 'Removed', message: 'Removed' }
      : {
          phase: 'Detached',
          reason: 'Detached',
          message: 'What was deployed runs on, but Git no longer declares it',
        }
  },
]

function committed(reason: Verdict['reason'], message: string): Verdict {
  return { phase: 'Committed', reason, message }
}

function deleting(reason: Verdict['reason'], message: string): Verdict {
  return { phase: 'Deleting', reason, message }
}
