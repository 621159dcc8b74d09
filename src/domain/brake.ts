import type { Platform } from '../contract/platform-file.ts'
import type { Lifecycle } from '../contract/words.ts'
import { StoreError } from './errors.ts'
import type { StoreId } from './ports.ts'
import type { Snapshot, StoreRecord } from './snapshot.ts'
import { storesWhere } from './store-map.ts'

type Rule = Platform['massDelete']

/** More stores go than may. */
export interface Brake {
  /** Stores that are going, the one that was asked about included. */
  readonly count: number
  readonly limit: number
  readonly windowMinutes: number
}

/** Stores that may be deleted within the window of `rule`, of `stores` in all. */
export function brakeLimit({ max, percent }: Rule, stores: number): number {
  return Math.max(max, Math.ceil((percent * stores) / 100))
}

/** The one rule of API, reconciler and check (C15). `going`: keys of {@link keyOf}. `null` = so many may go. */
export function brakeOf(going: ReadonlySet<string>, rule: Rule, stores: number): Brake | null {
  const limit = brakeLimit(rule, stores)
  if (going.size <= limit) return null
  return { count: going.size, limit, windowMinutes: rule.windowMinutes }
}

/** For people: how many stores would be deleted, and how many may be. */
export function brakeSentence({ count, limit, windowMinutes }: Brake): string {
  return `${count} stores would be deleted within ${windowMinutes} minutes; at most ${limit} may`
}

/** Does a store in this state stop being a shop? */
function isGoing(state: Lifecycle): boolean {
  return state === 'deleted' || state === 'purge'
}

/** Is it declared as deleted, or as being purged? */
export function isOnItsWayOut({ intent }: StoreRecord): boolean {
  return intent !== null && isGoing(intent.lifecycle.state)
}

const STEPS: Readonly<Record<Lifecycle, number>> = { active: 0, suspended: 0, deleted: 1, purge: 2 }

/** Is this a step towards the end of a shop? Calling a purge off, or a deletion, is none. */
export function isStepOut(from: Lifecycle, to: Lifecycle): boolean {
  return STEPS[to] > STEPS[from]
}

/**
 * Is this the step that counts against the limit? Each store counts once, when it stops being a shop. The purge and the
 * removal that follow do not count again.
 */
export function isDeparture(from: Lifecycle, to: Lifecycle): boolean {
  return !isGoing(from) && isGoing(to)
}

export function keyOf({ team, name }: StoreId): string {
  return `${team}/${name}`
}

/** Stores that went within the window, and those of {@link goneOutside}. `now` is in milliseconds since the epoch. */
export function goingAt(at: Snapshot, now: number): Set<string> {
  const since = sinceOf(at, now)
  const going = goneOutside(at, since)
  for (const departure of at.departures) {
    if (departure.atMs >= since) going.add(keyOf(departure))
  }
  return going
}

function sinceOf(at: Snapshot, now: number): number {
  return now - at.platform.massDelete.windowMinutes * 60_000
}

/**
 * What people push to be gone: deletions that are not rendered, deletions that came with their rendered files since then,
 * and more folders removed without a purge than may go at once, for as long as no admin let that pass.
 */
function goneOutside(at: Snapshot, since: number): Set<string> {
  const gone = new Set(removedAtOnce(at))
  for (const record of storesWhere(at.stores, isOnItsWayOut)) {
    if (isPending(record) || isPushedSince(record, since)) gone.add(keyOf(record))
  }
  return gone
}

/** More is pushed to be gone than may go: until that is dealt with, no step of ours removes anything. */
export function holdAt(at: Snapshot, now: number): Brake | null {
  return brakeOf(goneOutside(at, sinceOf(at, now)), at.platform.massDelete, at.stores.size)
}

/** Deleted by a push, and not rendered: what was rendered before runs on. */
export function isPending({ intent, app }: StoreRecord): boolean {
  return app !== null && intent !== null && isDeparture(app.lifecycle, intent.lifecycle.state)
}

/** Did this deletion, or purge, come with its rendered files? */
function isPushedSince({ last }: StoreRecord, since: number): boolean {
  return last.requestId === null && Date.parse(last.at) >= since
}

/** Folders that left outside a purge, more within one window than may go, since an admin last let some pass. */
function removedAtOnce(at: Snapshot): readonly string[] {
  const { massDelete } = at.platform
  const gone = Array.from(at.vacated, ([name, { team, at: time, purged }]) => ({
    ...{ key: keyOf({ team, name }), purged, atMs: Date.parse(time) },
  }))
    .filter(({ purged, atMs }) => !purged && atMs > (at.massDeleteApprovedAt ?? 0))
    .toSorted((a, b) => a.atMs - b.atMs)
  const most = brakeLimit(massDelete, at.stores.size)
  const windowMs = massDelete.windowMinutes * 60_000
  const burst = gone.some(({ atMs }, n) => {
    const last = gone[n + most]
    return last !== undefined && last.atMs - atMs <= windowMs
  })
  return burst ? gone.map(({ key }) => key) : []
}

/** Would one more store be too many? `now` is in milliseconds since the epoch. */
export function brakeAt(at: Snapshot, store: StoreId, now: number): Brake | null {
  const going = goingAt(at, now).add(keyOf(store))
  return brakeOf(going, at.platform.massDelete, at.stores.size)
}

/**
 * Lets a store be deleted, unless too many go.
 * @param approval the count that an admin typed, or `'released'` where the whole was looked at; absent: nobody was asked
 * @returns true: it goes only because an admin let it pass
 * @throws StoreError `mass_delete_brake` (extra `count`, `limit`, `windowMinutes`)
 */
export function requireBrakeOff(
  at: Snapshot,
  store: StoreId,
  now: number,
  approval?: number | 'released',
): boolean {
  const brake = brakeAt(at, store, now)
  if (brake === null) return false
  if (approval === 'released' || approval === brake.count) return true
  throw braked(brake)
}

export function braked(brake: Brake): StoreError {
  return new StoreError('mass_delete_brake', brakeSentence(brake), { extra: { ...brake } })
}
