import type { StoreFile } from '../contract/store-file.ts'
import { StoreError } from './errors.ts'

/**
 * Intent of a store that is soft-deleted: nothing runs, volumes and credentials stay until `purgeAfter`.
 * `null` when it is deleted already. `now` is in milliseconds since the epoch.
 * @throws StoreError `lifecycle_conflict` while it is being purged
 */
export function softDeleted(
  store: StoreFile,
  now: number,
  retentionDays: number,
  reason: string | undefined,
): StoreFile | null {
  const { state } = store.lifecycle
  if (state === 'deleted') return null
  if (state === 'purge') {
    throw new StoreError('lifecycle_conflict', 'the store is being purged', {
      extra: { lifecycle: state },
    })
  }
  return {
    ...store,
    lifecycle: {
      state: 'deleted',
      since: toSecond(now),
      purgeAfter: toSecond(now + retentionDays * 86_400_000),
      ...(reason === undefined ? {} : { reason }),
    },
  }
}

/** RFC 3339 UTC, whole seconds. */
export function toSecond(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
}
