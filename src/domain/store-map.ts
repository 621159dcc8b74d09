import type { StoreRecord } from './snapshot.ts'

/** Stores by name, as a snapshot holds them. */
export type StoreMap = ReadonlyMap<string, StoreRecord>

/** How many stores count against limits: declared and not deleted. Keys are names of teams, plans and clusters. */
export interface Tally {
  readonly all: number
  readonly teams: ReadonlyMap<string, number>
  readonly plans: ReadonlyMap<string, number>
  readonly clusters: ReadonlyMap<string, number>
}

interface WorkingTally extends Tally {
  all: number
  readonly teams: Map<string, number>
  readonly plans: Map<string, number>
  readonly clusters: Map<string, number>
}

// By map: a map changes only by `putStore`, which keeps the tally and forgets all else that was derived.
const tallies = new WeakMap<StoreMap, WorkingTally>()
const derivations = new WeakMap<StoreMap, Map<unknown, unknown>>()

/** What `make` gives for these stores, asked once for each state of the map. */
export function derivedFrom<T>(stores: StoreMap, make: (stores: StoreMap) => T): T {
  const known = derivations.get(stores) ?? new Map<unknown, unknown>()
  derivations.set(stores, known)
  if (!known.has(make)) known.set(make, make(stores))
  return known.get(make) as T
}

/** Counted once for a map; a create asks it at each head that it is decided on. */
export function tallyOf(stores: StoreMap): Tally {
  return workingTally(stores)
}

/** A map of its own with the same stores, to be changed by {@link putStore}. */
export function copyStores(stores: StoreMap): Map<string, StoreRecord> {
  const copy = new Map(stores)
  const { all, teams, plans, clusters } = workingTally(stores)
  tallies.set(copy, {
    all,
    teams: new Map(teams),
    plans: new Map(plans),
    clusters: new Map(clusters),
  })
  return copy
}

/** Puts a store in place of what bears its name; `null` takes that away. */
export function putStore(
  stores: Map<string, StoreRecord>,
  name: string,
  record: StoreRecord | null,
): void {
  const tally = workingTally(stores)
  const before = stores.get(name)
  if (before !== undefined) count(tally, before, -1)
  if (record === null) stores.delete(name)
  else {
    count(tally, record, 1)
    stores.set(name, record)
  }
  derivations.delete(stores)
}

/** Deleted stores, and those on their way out, count against no limit. */
export function isDeleted(record: StoreRecord): boolean {
  const state = record.intent?.lifecycle.state ?? record.app?.lifecycle
  return state === 'deleted' || state === 'purge'
}

function workingTally(stores: StoreMap): WorkingTally {
  const known = tallies.get(stores)
  if (known !== undefined) return known
  const tally = { all: 0, teams: new Map(), plans: new Map(), clusters: new Map() }
  for (const record of stores.values()) count(tally, record, 1)
  tallies.set(stores, tally)
  return tally
}

function count(tally: WorkingTally, record: StoreRecord, by: 1 | -1): void {
  if (isDeleted(record)) return
  const { team, intent } = record
  tally.all += by
  tally.teams.set(team, (tally.teams.get(team) ?? 0) + by)
  if (intent === null) return
  tally.plans.set(intent.plan, (tally.plans.get(intent.plan) ?? 0) + by)
  tally.clusters.set(intent.cluster, (tally.clusters.get(intent.cluster) ?? 0) + by)
}
