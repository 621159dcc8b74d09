import type { ProblemDetail } from '../../contract/problem.ts'
import type { ConditionType, Lifecycle, Phase } from '../../contract/words.ts'
import type { Application, ApplicationSetState } from './application.ts'

/** Every reason of a phase. Released words never change, and a new one needs a text in the dashboard. */
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
  // Found in messages of Argo CD.
  'PathMissing',
  'RepoUnreachable',
  'SharedResource',
  'NotPermitted',
  'ImmutableField',
  'CRDMissing',
  // Found in objects and events of the cluster.
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

/** Input of the phase table. Times are milliseconds since the epoch. */
export interface PhaseInput {
  /** Declared state at the head of the branch. */
  readonly declared: {
    /** store.yaml is on main. */
    readonly intentOnMain: boolean
    /** app.json is on main. */
    readonly onMain: boolean
    /** Problems of store.yaml; empty if it parses. */
    readonly problems: readonly ProblemDetail[]
    /** The last known lifecycle, which is kept when the folder is gone. */
    readonly lifecycle: Lifecycle
    readonly autoSync: boolean
    /** Waits because of the provisioning cap. */
    readonly queued: boolean
    /** Place in the queue, from 1. */
    readonly placeInQueue?: number
    /** Tree id of `manifests/` at head, which must be observed. */
    readonly required: string
    /** Time of the newest commit of this store. */
    readonly committedAt: number
  }
  /** A change that was accepted and is not on main yet. `null` outside pull-request mode. */
  readonly pending: { readonly reason: Reason; readonly message: string } | null
  /** `null` if Argo CD has no Application for the store. */
  readonly application: Application | null
  /** Tree id of `manifests/` at `status.sync.revision`; `''` before the first comparison, `null` if the commit is unknown. */
  readonly observed: string | null
  /** Tree id of `manifests/` at `syncResult.revision`; `null` if there is none or the commit is unknown. */
  readonly applied: string | null
  readonly applicationSet: ApplicationSetState | null
  readonly source: {
    readonly asOf: number
    /** Time between two reports of the source when nothing changes. */
    readonly intervalMs: number
    /** Argo CD's `timeout.reconciliation` plus jitter. */
    readonly reconciliationMs: number
  }
  /** Was Ready before, or was created more than an hour ago, as far as this process knows. */
  readonly everReady: boolean
  readonly now: number
}

/** One of the five facts that a phase is derived from. `at`: best known time of its last change, RFC 3339. */
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
  /** One plain sentence. It may quote Argo CD, which is untrusted text. */
  readonly message: string
}

/** One row of the phase table, as docs/phase-table.md prints it. */
export interface PhaseRow {
  /** Place in the table, from 1. */
  readonly number: number
  /** Condition under which the row decides, in words. */
  readonly when: string
  /** Every verdict that `judge` can return. */
  readonly outcomes: Readonly<Partial<Record<Phase, readonly Reason[]>>>
  /** The verdict, or `null` if the row does not apply. */
  readonly judge: (input: PhaseInput) => Verdict | null
}

/** A verdict, and whether it is current. */
export interface Judgement extends Verdict {
  /** The source has been silent for too long. `lastKnown` is the verdict from its last report. */
  readonly stale: boolean
  readonly lastKnown: Verdict | null
}
