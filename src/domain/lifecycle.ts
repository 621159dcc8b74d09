import type { Lifecycle } from '../contract/words.ts'
import type { StoreFile } from '../contract/store-file.ts'
import { StoreError } from './errors.ts'

/**
 * Where the declared intent may go. A purge can be called off until the directory is removed; only from `purge` may it
 * be removed.
 */
const TRANSITIONS: Readonly<Record<Lifecycle, readonly Lifecycle[]>> = {
  active: ['suspended', 'deleted'],
  suspended: ['active', 'deleted'],
  deleted: ['active', 'suspended', 'purge'],
  purge: ['deleted'],
}

/** May a store whose declared state is `from` be declared `to`? Staying is always allowed. */
export function mayBecome(from: Lifecycle, to: Lifecycle): boolean {
  return from === to || TRANSITIONS[from].includes(to)
}

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

/** Intent of a store in lifecycle `state` since `now` (milliseconds since the epoch). */
export function inState(
  store: StoreFile,
  state: 'active' | 'suspended',
  now: number,
  reason: string | undefined,
): StoreFile {
  // A store that never was anything else says so in the shortest way.
  if (state === 'active') return { ...store, lifecycle: { state } }
  const since = toSecond(now)
  return { ...store, lifecycle: { state, since, ...(reason === undefined ? {} : { reason }) } }
}

/** RFC 3339 UTC, whole seconds. */
export function toSecond(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
}
