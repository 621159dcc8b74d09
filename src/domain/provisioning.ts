import type { Snapshot, StoreRecord } from './snapshot.ts'
import { derivedFrom, type StoreMap, storesWhere } from './store-map.ts'

/** What is known of stores while they are set up. */
export interface Provisioning {
  /** Served once, as far as this process can know. */
  readonly wasReady: (name: string) => boolean
  /** False: the status source is silent, so nobody can tell who is done. Then nobody waits. */
  readonly speaks: () => boolean
}

/** A store that is not Ready after this time no longer keeps others waiting, and no store waits longer. */
export const LONGEST_WAIT_MS = 15 * 60_000

/**
 * How many stores are on their way from the commit that lets them start to their first Ready; counting ends at `enough`.
 * `now` is in milliseconds since the epoch.
 */
export function settingUp(
  { stores }: Snapshot,
  now: number,
  { wasReady }: Provisioning,
  enough = Infinity,
): number {
  // RFC 3339 UTC of one form, so that text compares as time does.
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

/** Does this store wait for its turn? One that was pushed waits unrendered, one that was asked for says so in store.yaml. */
export function isQueued({ intent, app, manifestsTree }: StoreRecord): boolean {
  if (intent?.lifecycle.state !== 'active') return false
  return intent.queued === true || (app === null && manifestsTree === '')
}

/** Has it waited as long as any store may? */
export function hasWaited({ created }: StoreRecord, now: number): boolean {
  return now - Date.parse(created.at) >= LONGEST_WAIT_MS
}

/** Stores that wait, in the order in which they were committed. */
export function queueOf({ stores }: Pick<Snapshot, 'stores'>): readonly StoreRecord[] {
  return derivedFrom(stores, queueIn)
}

/** Place of a store among those that wait, from 1; `null`: it does not wait. A list of all stores asks it for each. */
export function placeInQueue({ stores }: Pick<Snapshot, 'stores'>, name: string): number | null {
  return derivedFrom(stores, placesIn).get(name) ?? null
}

function queueIn(stores: StoreMap): readonly StoreRecord[] {
  // Commits of one batch share their second; ids of requests are in the order of arrival.
  const key = ({ created, name }: StoreRecord) =>
    [created.at, created.requestId ?? '', name].join(' ')
  return storesWhere(stores, isQueued).toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
}

function placesIn(stores: StoreMap): ReadonlyMap<string, number> {
  return new Map(queueOf({ stores }).map((record, n) => [record.name, n + 1]))
}
