import { PURGE_STUCK_MS } from './purge.ts'
import type { PhaseInput, PhaseRow, Verdict } from './verdict.ts'

const FIRST_START_MS = 15 * 60_000
const RESTART_MS = 5 * 60_000
export const SETTLE_MS = 5_000

/** Rows 14 to 21: the manifests are applied, so health decides. */
export const healthRows: readonly PhaseRow[] = [
  {
    number: 14,
    when: 'The store is being purged; stuck after 30 minutes',
    outcomes: { Deleting: ['FinalBackup', 'BackupFailed', 'ReadyToRemove', 'PurgeStuck'] },
    judge: ({ declared, application, now }) => {
      if (declared.lifecycle !== 'purge') return null
      if (application?.health === 'Degraded') {
        return { phase: 'Deleting', reason: 'BackupFailed', message: 'The final backup failed' }
      }
      if (application?.health === 'Healthy') {
        return { phase: 'Deleting', reason: 'ReadyToRemove', message: 'Its folder can leave Git' }
      }
      return now - declared.committedAt > PURGE_STUCK_MS
        ? {
            phase: 'Deleting',
            reason: 'PurgeStuck',
            message: 'The purge has waited for 30 minutes; nothing was removed',
          }
        : { phase: 'Deleting', reason: 'FinalBackup', message: 'The final backup is running' }
    },
  },
  {
    number: 15,
    when: 'Health is Degraded',
    outcomes: { Degraded: ['Degraded'] },
    judge: ({ application }) =>
      application?.health === 'Degraded'
        ? {
            phase: 'Degraded',
            reason: 'Degraded',
            message: 'Argo CD reports a part that has failed',
          }
        : null,
  },
  {
    number: 16,
    when: 'Health is Progressing or Missing for more than 15 minutes, or 5 after the store was Ready',
    outcomes: { Degraded: ['ProgressDeadline'] },
    // A failing StatefulSet stays Progressing and never becomes Degraded, so the deadline is applied
    // here. Source: argo-cd v3.5.1 gitops-engine/pkg/health.
    judge: (input) => (isProgressing(input) ? deadlineMissed(input) : null),
  },
  {
    number: 17,
    when: 'Health is Progressing or Missing',
    outcomes: { Progressing: ['Starting'] },
    judge: (input) =>
      isProgressing(input)
        ? { phase: 'Progressing', reason: 'Starting', message: 'Its parts are starting' }
        : null,
  },
  {
    number: 18,
    when: 'Health is Unknown',
    outcomes: { Unknown: ['HealthUnknown'] },
    judge: ({ application }) =>
      application?.health === 'Unknown'
        ? { phase: 'Unknown', reason: 'HealthUnknown', message: 'Argo CD cannot tell its health' }
        : null,
  },
  {
    number: 19,
    when: 'The store is suspended or deleted, or paused in the cluster',
    outcomes: {
      Suspended: ['Suspended', 'PausedInCluster'],
      SoftDeleted: ['SoftDeleted'],
    },
    judge: ({ declared, application }) => {
      if (declared.lifecycle === 'suspended') {
        return { phase: 'Suspended', reason: 'Suspended', message: 'Off; data is kept' }
      }
      if (declared.lifecycle === 'deleted') {
        return {
          phase: 'SoftDeleted',
          reason: 'SoftDeleted',
          message: 'Deleted; data is kept until it is purged',
        }
      }
      return application?.health === 'Suspended'
        ? {
            phase: 'Suspended',
            reason: 'PausedInCluster',
            message: 'Paused in the cluster, not by Git',
          }
        : null
    },
  },
  {
    number: 20,
    when: 'The store has been healthy for less than 5 s',
    outcomes: { Progressing: ['Settling'] },
    judge: ({ application, now }) => {
      const since = application?.healthSince ?? null
      return since !== null && now - Date.parse(since) < SETTLE_MS
        ? {
            phase: 'Progressing',
            reason: 'Settling',
            message: 'Healthy; confirming that it is stable',
          }
        : null
    },
  },
  {
    number: 21,
    when: 'None of the above',
    outcomes: { Ready: ['Serving'] },
    judge: ({ application }) => ({
      phase: 'Ready',
      reason: 'Serving',
      message:
        application?.sync === 'OutOfSync'
          ? 'Serving; review the protected objects that were kept although Git no longer declares them'
          : 'Serving',
    }),
  },
]

function isProgressing({ application }: PhaseInput): boolean {
  const health = application?.health
  return health === 'Progressing' || health === 'Missing' || health === ''
}

function deadlineMissed({ application, declared, everReady, now }: PhaseInput): Verdict | null {
  const since = application?.healthSince ?? null
  const began = since === null ? declared.committedAt : Date.parse(since)
  const limit = everReady ? RESTART_MS : FIRST_START_MS
  return now - began > limit
    ? {
        phase: 'Degraded',
        reason: 'ProgressDeadline',
        message: `Not ready after ${limit / 60_000} minutes`,
      }
    : null
}
