import type { Lifecycle } from '../contract/words.ts'
import type { StoreFile } from '../contract/store-file.ts'
import { StoreError } from './errors.ts'

/**
 * Where the declared intent may go. Until the directory is removed nothing is lost, so a purge can be called off by every
 * way that takes a deletion back; only from `purge` may the directory be removed.
 */
const TRANSITIONS: Readonly<Record<Lifecycle, readonly Lifecycle[]>> = {
  active: ['suspended', 'deleted'],
  suspended: ['active', 'deleted'],
  deleted: ['active', 'suspended', 'purge'],
  purge: ['active', 'suspended', 'deleted'],
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

/** Why and how a store is purged. */
export interface PurgeWish {
  /** Retention counts as over. */
  readonly early: boolean
  readonly dataLossAccepted: boolean
  readonly reason: string | undefined
}

/**
 * Intent of a deleted store that is to be removed for good; `null` when it is so already. Auto-sync is on: otherwise
 * Argo CD would never drop the protections.
 * @throws StoreError `lifecycle_conflict` for a store that is not deleted
 */
export function purging(store: StoreFile, now: number, wish: PurgeWish): StoreFile | null {
  const { state, since, purgeAfter, reason, dataLossAccepted, dueConfirmed } = store.lifecycle
  if (state !== 'deleted' && state !== 'purge') {
    throw new StoreError('lifecycle_conflict', 'only a deleted store is purged', {
      extra: { lifecycle: state },
      hint: 'Delete the store first.',
    })
  }
  const over = purgeAfter !== undefined && Date.parse(purgeAfter) <= now
  const accepted = wish.dataLossAccepted || dataLossAccepted === true
  const settled = (over || !wish.early) && accepted === (dataLossAccepted === true)
  if (state === 'purge' && settled && store.autoSync) return null
  const { queued: _, ...rest } = store
  const why = wish.reason ?? reason
  const until = wish.early && !over ? toSecond(now) : purgeAfter
  return {
    ...rest,
    autoSync: true,
    lifecycle: {
      state: 'purge',
      since: state === 'purge' && since !== undefined ? since : toSecond(now),
      ...(until === undefined ? {} : { purgeAfter: until }),
      ...(why === undefined ? {} : { reason: why }),
      ...(accepted ? { dataLossAccepted: true } : {}),
      ...(state === 'purge' && dueConfirmed === true ? { dueConfirmed } : {}),
    },
  }
}

/**
 * Intent of a deleted store, or of one that is being purged, after an admin confirmed that its retention is over; `null`
 * when one did already.
 * @throws StoreError `lifecycle_conflict` for any other store
 */
export function dueConfirmed(
  store: StoreFile,
  now: number,
  reason: string | undefined,
): StoreFile | null {
  if (store.lifecycle.state === 'purge' && store.lifecycle.dueConfirmed === true) return null
  const { lifecycle, ...rest } =
    purging(store, now, { early: true, dataLossAccepted: false, reason }) ?? store
  return { ...rest, lifecycle: { ...lifecycle, dueConfirmed: true } }
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
