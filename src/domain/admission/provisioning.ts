import type { Snapshot, StoreRecord } from '../snapshot.ts'
import type { StoreIndex } from '../store-index.ts'

/** What this process knows about stores that are being set up. */
export interface Provisioning {
  /** Was the store Ready before? False if this process cannot know. */
  readonly wasReady: (name: string) => boolean
  /** False if the status source is silent. Then it is unknown which stores are Ready, so no store waits. */
  readonly speaks: () => boolean
}

/** After this time, a store that is not Ready stops counting against the cap, and a waiting store starts. */
const LONGEST_WAIT_MS = 15 * 60_000

/**
 * Counts the stores that were started and are not Ready for the first time yet.
 * @param now milliseconds since the epoch
 * @param enough the count stops at this number
 */
export function settingUp(
  { stores }: Snapshot,
  now: number,
  { wasReady }: Provisioning,
  enough = Infinity,
): number {
  // RFC 3339 UTC of one form, so times compare as text.
  const since = new Date(now - LONGEST_WAIT_MS).toISOString()
  const earliest = new Date(now - 2 * LONGEST_WAIT_MS).toISOString()
  let count = 0
  for (const { name, intent, app, created, last } of stores.values()) {
    if (last.at < since || created.at < earliest || app === null) continue
    if (intent?.lifecycle.state !== 'active' || !intent.autoSync || intent.queued === true) continue
    if (wasReady(name)) continue
    count += 1
    if (count >= enough) break
  }
  return count
}

/** May one more store start now? */
export function isRoom(at: Snapshot, now: number, provisioning: Provisioning): boolean {
  const cap = at.platform.provisioning
  if (cap === 0 || !provisioning.speaks()) return true
  return settingUp(at, now, provisioning, cap) < cap
}

/**
 * Does this store wait to be set up? A pushed store waits without being rendered, a requested one
 * has `queued` in store.yaml.
 */
export function isQueued({ intent, app, manifestsTree }: StoreRecord): boolean {
  if (intent?.lifecycle.state !== 'active') return false
  return intent.queued === true || (app === null && manifestsTree === '')
}

/** Has the store waited for the longest time? */
export function hasWaited({ created }: StoreRecord, now: number): boolean {
  return now - Date.parse(created.at) >= LONGEST_WAIT_MS
}

/** Waiting stores, in the order of their commits. */
export function queueOf({ stores }: Pick<Snapshot, 'stores'>): readonly StoreRecord[] {
  return stores.derived(queueIn)
}

/** Place of a store in the queue, from 1; `null` if it does not wait. Cached, because lists call it for each store. */
export function placeInQueue({ stores }: Pick<Snapshot, 'stores'>, name: string): number | null {
  return stores.derived(placesIn).get(name) ?? null
}

function queueIn(stores: StoreIndex): readonly StoreRecord[] {
  // Commits of one batch have the same second, so request ids, which are ordered by arrival, decide.
  const key = ({ created, name }: StoreRecord) =>
    [created.at, created.requestId ?? '', name].join(' ')
  return stores.storesWhere(isQueued).toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
}

function placesIn(stores: StoreIndex): ReadonlyMap<string, number> {
  return new Map(queueOf({ stores }).map((record, n) => [record.name, n + 1]))
}
