import type { Health, Sync } from '../contract/words.ts'

/**
 * What we keep of one Argo CD Application: values under 1 KB. Times are RFC 3339 UTC.
 * Source: argo-cd v3.6.1 `pkg/apis/application/v1alpha1/types.go`.
 */
export interface Application {
  readonly name: string
  /** Its AppProject; absent when the source does not say. */
  readonly project?: string
  readonly createdAt: string
  readonly deletionTimestamp: string | null
  /** Bears the finalizer with which Argo CD deletes everything the Application made before the Application itself. */
  readonly cascades: boolean
  /** Deletion waits for a person: an object demands confirmation and none is newer than `deletionTimestamp`. */
  readonly awaitsConfirmation: boolean
  /** `status.health.status`; `''` before the first assessment. */
  readonly health: Health | ''
  /** When `health` last changed, as far as the source knows. */
  readonly healthSince: string | null
  readonly sync: Sync | ''
  /** `status.sync.revision`: the commit Argo CD last compared with; `''` before the first comparison. */
  readonly syncRevision: string
  /** `operation` is set: a sync was requested and has not begun. */
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

/** What we keep of the ApplicationSets that make our Applications: the error of one, or the first of any of them. */
export interface ApplicationSetState {
  /** Condition `ErrorOccurred` is True. */
  readonly error: {
    readonly reason: string
    readonly message: string
    /** Name of the set. */
    readonly set?: string
  } | null
}
