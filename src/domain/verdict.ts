import type { ProblemDetail } from '../contract/problem.ts'
import type { ConditionType, Lifecycle, Phase } from '../contract/words.ts'
import type { Application, ApplicationSetState } from './application.ts'

/** Every reason a phase can have. Released words never change; a new one needs a sentence in the dashboard. */
export const reasons = [
  'Queued',
  'AwaitingReview',
  'ChecksFailed',
  'ReviewClosed',
  'Rendering',
  'InvalidSpec',
  'GeneratorBlocked',
  'ApplicationInvalid',
  'WaitingForApplication',
  'ApplicationMissing',
  'WaitingForGenerator',
  'CascadeRunning',
  'AwaitingConfirmation',
  'DeletionError',
  'Removed',
  'Detached',
  'SourceUnreachable',
  'ControllerSilent',
  'CannotCompare',
  'Applying',
  'Retrying',
  'BlockedByPreviousSync',
  'WaitingForRefresh',
  'WebhookMissing',
  'RevisionNotInClone',
  'SyncFailed',
  'AutoSyncOff',
  'SyncWindow',
  'Pending',
  'HealthNotReassessed',
  'FinalBackup',
  'BackupFailed',
  'ReadyToRemove',
  'PurgeStuck',
  'Degraded',
  'ProgressDeadline',
  'Starting',
  'HealthUnknown',
  'Suspended',
  'SoftDeleted',
  'PausedInCluster',
  'Settling',
  'Serving',
  // Causes that Argo CD's words name.
  'PathMissing',
  'RepoUnreachable',
  'SharedResource',
  'NotPermitted',
  'ImmutableField',
  'CRDMissing',
  // Causes that objects and events show.
  'ImagePull',
  'QuotaExceeded',
  'VolumePending',
  'Unschedulable',
  'SecretNotReady',
  'InitJobFailed',
  'BackupFailing',
  'RouteRejected',
  'IngressNoAddress',
  'DatabaseNotReady',
  'PodFailing',
  'NamespaceTerminating',
] as const
export type Reason = (typeof reasons)[number]

/** Everything a verdict depends on; times are milliseconds since the epoch. */
export interface PhaseInput {
  /** What Git declares at head. */
  readonly declared: {
    /** store.yaml is on main. */
    readonly intentOnMain: boolean
    /** app.json is on main. */
    readonly onMain: boolean
    /** store.yaml does not parse; empty when it does. */
    readonly problems: readonly ProblemDetail[]
    /** Last lifecycle seen; kept when the folder is gone. */
    readonly lifecycle: Lifecycle
    readonly autoSync: boolean
    /** Held back by the provisioning cap. */
    readonly queued: boolean
    /** Among those that wait, from 1. */
    readonly placeInQueue?: number
    /** T(head): tree id of `manifests/` that must be observed. */
    readonly required: string
    /** When the newest commit of this store landed. */
    readonly committedAt: number
  }
  /** A change that was accepted and is not on main yet; `null` outside pull-request mode. */
  readonly pending: { readonly reason: Reason; readonly message: string } | null
  /** `null`: Argo CD has no such Application. */
  readonly application: Application | null
  /** T(status.sync.revision); `''` before the first comparison, `null` when that commit is not in our clone. */
  readonly observed: string | null
  /** T(syncResult.revision); `null` when there is none or it is unknown. */
  readonly applied: string | null
  readonly applicationSet: ApplicationSetState | null
  readonly source: {
    readonly asOf: number
    /** How often the source speaks when nothing happens. */
    readonly intervalMs: number
    /** Argo CD's `timeout.reconciliation` plus jitter. */
    readonly reconciliationMs: number
  }
  /** Was Ready once, or is older than an hour as far as this process can know. */
  readonly everReady: boolean
  readonly now: number
}

/** One of the five facts behind a phase. `at`: best known time of its last change, RFC 3339. */
export interface ConditionVerdict {
  readonly type: ConditionType
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
  readonly at: string
}

export interface Verdict {
  readonly phase: Phase
  readonly reason: Reason
  /** One plain sentence. May hold Argo CD's own words, which are untrusted text. */
  readonly message: string
}

/** A verdict with what a reader needs to judge it. */
export interface Judgement extends Verdict {
  /** The source is too old to be believed; `lastKnown` is what it said last. */
  readonly stale: boolean
  readonly lastKnown: Verdict | null
}
