import type { Platform } from '../../contract/platform-file.ts'
import type { Lifecycle } from '../../contract/words.ts'
import { StoreError } from '../errors.ts'
import type { Snapshot, StoreId, StoreRecord } from '../snapshot.ts'

type Rule = Platform['massDelete']

/** A deletion would exceed the limit of deletions within the window. */
export interface MassDeletion {
  /** Stores that count, including the one in question. */
  readonly count: number
  readonly limit: number
  readonly windowMinutes: number
}

/** Number of stores that may be deleted within the window of `rule`, out of `stores` in total. */
export function massDeleteLimit({ max, percent }: Rule, stores: number): number {
  return Math.max(max, Math.ceil((percent * stores) / 100))
}

/**
 * The one limit that the API, the reconciler and check C15 enforce.
 * @param going keys of {@link keyOf}
 * @returns `null` within the limit
 */
export function massDeletionOf(
  going: ReadonlySet<string>,
  rule: Rule,
  stores: number,
): MassDeletion | null {
  const limit = massDeleteLimit(rule, stores)
  if (going.size <= limit) return null
  return { count: going.size, limit, windowMinutes: rule.windowMinutes }
}

/** The number of stores and the limit, as a sentence for people. */
export function massDeletionSentence({ count, limit, windowMinutes }: MassDeletion): string {
  return `${count} stores would be deleted within ${windowMinutes} minutes; at most ${limit} may`
}

/** A store in this state is not a shop any more. */
function isGoing(state: Lifecycle): boolean {
  return state === 'deleted' || state === 'purge'
}

/** Is the store declared as `deleted` or `purge`? */
export function isOnItsWayOut({ intent }: StoreRecord): boolean {
  return intent !== null && isGoing(intent.lifecycle.state)
}

const STEPS: Readonly<Record<Lifecycle, number>> = { active: 0, suspended: 0, deleted: 1, purge: 2 }

/** Is this a step from a shop towards its removal? Undoing a purge or a deletion is not. */
export function isStepOut(from: Lifecycle, to: Lifecycle): boolean {
  return STEPS[to] > STEPS[from]
}

/**
 * Does this step count against the limit? Each store counts once, when it is deleted. Its later
 * purge and the removal of its folder do not count again.
 */
export function isDeparture(from: Lifecycle, to: Lifecycle): boolean {
  return !isGoing(from) && isGoing(to)
}

export function keyOf({ team, name }: StoreId): string {
  return `${team}/${name}`
}

/**
 * Keys of the stores that left within the window, and those of {@link goneOutside}.
 * @param now milliseconds since the epoch
 */
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
 * Keys of the stores that were deleted by a push: deletions that are not rendered yet, deletions
 * that were pushed together with their rendered files since `since`, and the folders of
 * {@link removedAtOnce}.
 */
function goneOutside(at: Snapshot, since: number): Set<string> {
  const gone = new Set(removedAtOnce(at))
  for (const record of at.stores.storesWhere(isOnItsWayOut)) {
    if (isPending(record) || isPushedSince(record, since)) gone.add(keyOf(record))
  }
  return gone
}

/** Not `null`: the pushed deletions exceed the limit. Until that is resolved, no step removes anything. */
export function holdAt(at: Snapshot, now: number): MassDeletion | null {
  return massDeletionOf(goneOutside(at, sinceOf(at, now)), at.platform.massDelete, at.stores.size)
}

/** Deleted by a push that is not rendered yet, so the manifests of the running store still apply. */
export function isPending({ intent, app }: StoreRecord): boolean {
  return app !== null && intent !== null && isDeparture(app.lifecycle, intent.lifecycle.state)
}

/** Was this deletion or purge pushed together with its rendered files? */
function isPushedSince({ last }: StoreRecord, since: number): boolean {
  return last.requestId === null && Date.parse(last.at) >= since
}

/**
 * Folders that were removed without a purge since an admin last approved a mass deletion. Empty
 * unless more than the limit were removed within one window.
 */
function removedAtOnce(at: Snapshot): readonly string[] {
  const { massDelete } = at.platform
  const gone = Array.from(at.vacated, ([name, { team, at: time, purged }]) => ({
    key: keyOf({ team, name }),
    purged,
    atMs: Date.parse(time),
  }))
    .filter(({ purged, atMs }) => !purged && atMs > (at.massDeleteApprovedAt ?? 0))
    .toSorted((a, b) => a.atMs - b.atMs)
  const most = massDeleteLimit(massDelete, at.stores.size)
  const windowMs = massDelete.windowMinutes * 60_000
  const burst = gone.some(({ atMs }, n) => {
    const last = gone[n + most]
    return last !== undefined && last.atMs - atMs <= windowMs
  })
  return burst ? gone.map(({ key }) => key) : []
}

/** Would deleting `store` exceed the limit? `now` is in milliseconds since the epoch. */
export function massDeletionAt(at: Snapshot, store: StoreId, now: number): MassDeletion | null {
  const going = goingAt(at, now).add(keyOf(store))
  return massDeletionOf(going, at.platform.massDelete, at.stores.size)
}

/**
 * Checks a deletion against the limit.
 * @param approval the number of stores that an admin typed, or `'released'` when an admin approved
 *   the whole set; absent: not approved
 * @returns true if the deletion is over the limit and an admin approved it
 * @throws StoreError `mass_delete_brake` (extra `count`, `limit`, `windowMinutes`)
 */
export function requireWithinLimit(
  at: Snapshot,
  store: StoreId,
  now: number,
  approval?: number | 'released',
): boolean {
  const massDeletion = massDeletionAt(at, store, now)
  if (massDeletion === null) return false
  if (approval === 'released' || approval === massDeletion.count) return true
  throw massDeletionRefused(massDeletion)
}

export function massDeletionRefused(massDeletion: MassDeletion): StoreError {
  return new StoreError('mass_delete_brake', massDeletionSentence(massDeletion), {
    extra: { ...massDeletion },
  })
}
