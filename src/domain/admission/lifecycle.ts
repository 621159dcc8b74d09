import type { StoreFile } from '../../contract/store-file.ts'
import type { Lifecycle } from '../../contract/words.ts'
import { compact } from '../compact.ts'
import { StoreError } from '../errors.ts'

/**
 * Allowed transitions of the declared state. A purge can be cancelled like a deletion, because
 * nothing is lost until the folder is removed. The folder may be removed only in state `purge`.
 */
const TRANSITIONS: Readonly<Record<Lifecycle, readonly Lifecycle[]>> = {
  active: ['suspended', 'deleted'],
  suspended: ['active', 'deleted'],
  deleted: ['active', 'suspended', 'purge'],
  purge: ['active', 'suspended', 'deleted'],
}

/** May a store in state `from` be declared as `to`? Keeping the state is always allowed. */
export function mayBecome(from: Lifecycle, to: Lifecycle): boolean {
  return from === to || TRANSITIONS[from].includes(to)
}

/**
 * Intent of a soft-deleted store: nothing runs, and volumes and credentials stay until `purgeAfter`.
 * @param now milliseconds since the epoch
 * @returns `null` if the store is deleted already
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
      ...compact({ reason }),
    },
  }
}

/** Options of a purge. */
export interface PurgeWish {
  /** Ends the retention now. */
  readonly early: boolean
  readonly dataLossAccepted: boolean
  readonly reason: string | undefined
}

/**
 * Intent of a deleted store that is to be purged. Auto-sync is turned on, because otherwise Argo CD
 * would never remove the protections.
 * @returns `null` if the store is already being purged with these options
 * @throws StoreError `lifecycle_conflict` if the store is not deleted
 */
export function purging(store: StoreFile, now: number, wish: PurgeWish): StoreFile | null {
  const { state, since, purgeAfter, reason, dataLossAccepted, dueConfirmed } = store.lifecycle
  if (state !== 'deleted' && state !== 'purge') {
    throw new StoreError('lifecycle_conflict', 'only a deleted store can be purged', {
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
      ...compact({ purgeAfter: until, reason: why }),
      ...(accepted ? { dataLossAccepted: true } : {}),
      ...(state === 'purge' && dueConfirmed === true ? { dueConfirmed } : {}),
    },
  }
}

/**
 * Intent of a deleted store, or one that is being purged, after an admin confirmed that its
 * retention is over.
 * @returns `null` if that is confirmed already
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

/** Intent of a store in state `state` since `now` (milliseconds since the epoch). */
export function inState(
  store: StoreFile,
  state: 'active' | 'suspended',
  now: number,
  reason: string | undefined,
): StoreFile {
  // `active` has neither date nor reason, like a store that was never in another state.
  if (state === 'active') return { ...store, lifecycle: { state } }
  const since = toSecond(now)
  return { ...store, lifecycle: { state, since, ...compact({ reason }) } }
}

/** RFC 3339 UTC, whole seconds. */
export function toSecond(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
}
