import type { Health, Sync } from '../../contract/words.ts'

/**
 * The part of an Argo CD Application that is kept in memory, below 1 KB. Times are RFC 3339 UTC.
 * Source: argo-cd v3.6.1 `pkg/apis/application/v1alpha1/types.go`.
 */
export interface Application {
  readonly name: string
  /** Its AppProject; absent when the source does not report it. */
  readonly project?: string
  readonly createdAt: string
  readonly deletionTimestamp: string | null
  /** Has the finalizer that makes Argo CD delete all its resources before the Application itself. */
  readonly cascades: boolean
  /** An object requires confirmation, and none was given since `deletionTimestamp`. */
  readonly awaitsConfirmation: boolean
  /** `status.health.status`; `''` before the first assessment. */
  readonly health: Health | ''
  /** When `health` last changed, if the source knows it. */
  readonly healthSince: string | null
  readonly sync: Sync | ''
  /** `status.sync.revision`: the commit of the last comparison; `''` before the first one. */
  readonly syncRevision: string
  /** `operation` is set: a sync was requested and has not started. */
  readonly operationRequested: boolean
  readonly operationState: {
    readonly phase: 'Running' | 'Terminating' | 'Succeeded' | 'Failed' | 'Error'
    readonly message: string
    readonly startedAt: string
    readonly finishedAt: string | null
    /** `syncResult.revision`. */
    readonly revision: string | null
    readonly retryCount: number
  } | null
  /** `status.reconciledAt`: the only heartbeat of the application controller. */
  readonly reconciledAt: string | null
  readonly conditions: readonly { readonly type: string; readonly message: string }[]
  /** OutOfSync only because of protected objects that Git no longer declares. */
  readonly onlyPrunableLeft: boolean
  /** An AppProject sync window forbids the sync now. */
  readonly syncWindowDenies: boolean
}

/** State of the ApplicationSets: the error of one set, or the first error of any set. */
export interface ApplicationSetState {
  /** Condition `ErrorOccurred` is True. */
  readonly error: {
    readonly reason: string
    readonly message: string
    /** Name of the ApplicationSet. */
    readonly set?: string
  } | null
}
