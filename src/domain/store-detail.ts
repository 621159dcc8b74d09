import type { Resource, StoreEvent } from '../contract/detail.ts'
import type { StoreRecord } from './snapshot.ts'

/** What is asked of one store when a person looks at it; nothing of it is kept. */
export interface StoreDetail {
  readonly source: 'argocd' | 'kubernetes'
  /** @throws StoreError `status_unavailable` */
  resources(record: StoreRecord, signal: AbortSignal): Promise<readonly Resource[]>
  /** Kubernetes' events of what is not well, in no order. @throws StoreError `status_unavailable` */
  events(record: StoreRecord, signal: AbortSignal): Promise<readonly StoreEvent[]>
  /** The last `tail` lines of one pod. @throws StoreError `status_unavailable` */
  logs(
    record: StoreRecord,
    of: { readonly pod: string; readonly container?: string; readonly tail: number },
    signal: AbortSignal,
  ): Promise<string>
  /** Does a sync window keep Argo CD from applying this store now? @throws StoreError `status_unavailable` */
  windowDenies(record: StoreRecord, signal: AbortSignal): Promise<boolean>
  /** Asks Argo CD to look at this store now. @throws StoreError `status_unavailable` */
  refresh(record: StoreRecord, signal: AbortSignal): Promise<void>
}
