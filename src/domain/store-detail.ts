import type { Resource, StoreEvent } from '../contract/detail.ts'
import type { StoreRecord } from './snapshot.ts'

/** Live details of one store, fetched on demand and not cached. */
export interface StoreDetail {
  readonly source: 'argocd' | 'kubernetes'
  /** @throws StoreError `status_unavailable` */
  resources(record: StoreRecord, signal: AbortSignal): Promise<readonly Resource[]>
  /** Kubernetes events of unhealthy objects, in no order. @throws StoreError `status_unavailable` */
  events(record: StoreRecord, signal: AbortSignal): Promise<readonly StoreEvent[]>
  /** Last `tail` lines of one pod's log. @throws StoreError `status_unavailable` */
  logs(
    record: StoreRecord,
    of: { readonly pod: string; readonly container?: string; readonly tail: number },
    signal: AbortSignal,
  ): Promise<string>
  /** Does a sync window currently forbid Argo CD to apply this store? @throws StoreError `status_unavailable` */
  windowDenies(record: StoreRecord, signal: AbortSignal): Promise<boolean>
  /** Requests a refresh of the store's Application. @throws StoreError `status_unavailable` */
  refresh(record: StoreRecord, signal: AbortSignal): Promise<void>
}
