import type { StoreRecord } from './snapshot.ts'

/** Stores by name. */
export type StoreMap = ReadonlyMap<string, StoreRecord>

/** Number of stores that count against limits, by team, plan and cluster. Deleted stores do not count. */
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

/** A condition on one record. Results are cached by function identity, so pass the same function each time. */
export type Predicate = (record: StoreRecord) => boolean

// Caches by map identity. Change a map only with `putStore`, which updates tallies, answers and
// changed names, and drops other derived values.
const tallies = new WeakMap<StoreMap, WorkingTally>()
const derivations = new WeakMap<StoreMap, Map<unknown, unknown>>()
const answers = new WeakMap<StoreMap, Map<Predicate, Set<string>>>()
const origins = new WeakMap<StoreMap, Origin>()

/** The map that a map was copied from, and the names that changed since. */
interface Origin {
  readonly of: WeakRef<StoreMap>
  readonly changed: Set<string>
}

/** Returns `make(stores)`, cached until the map changes. */
export function derivedFrom<T>(stores: StoreMap, make: (stores: StoreMap) => T): T {
  const known = derivations.get(stores) ?? new Map<unknown, unknown>()
  derivations.set(stores, known)
  if (!known.has(make)) known.set(make, make(stores))
  return known.get(make) as T
}

/** Returns the tally of a map, which is counted once. Each create needs it at each head. */
export function tallyOf(stores: StoreMap): Tally {
  return workingTally(stores)
}

/**
 * Names of the stores for which `holds` is true. The first call visits all stores. Copies of the map
 * keep the result up to date, so a call after each commit costs the same for any number of stores.
 */
export function namesWhere(stores: StoreMap, holds: Predicate): ReadonlySet<string> {
  const known = answers.get(stores) ?? new Map<Predicate, Set<string>>()
  answers.set(stores, known)
  const names = known.get(holds) ?? new Set<string>()
  if (known.has(holds)) return names
  for (const [name, record] of stores) if (holds(record)) names.add(name)
  known.set(holds, names)
  return names
}

/** The records of {@link namesWhere}. */
export function storesWhere(stores: StoreMap, holds: Predicate): readonly StoreRecord[] {
  return Array.from(namesWhere(stores, holds), (name) => stores.get(name)).filter(
    (record) => record !== undefined,
  )
}

/**
 * Names under which two maps may hold different records. If `after` is a copy of `before`, these are
 * the names changed since the copy, provided that `before` has not changed. Otherwise they are all
 * names of both maps.
 */
export function namesApart(before: StoreMap, after: StoreMap): ReadonlySet<string> {
  const origin = origins.get(after)
  if (origin?.of.deref() === before) return origin.changed
  return new Set([...before.keys(), ...after.keys()])
}

/** Copies a map, so that {@link putStore} can change the copy. */
export function copyStores(stores: StoreMap): Map<string, StoreRecord> {
  const copy = new Map(stores)
  origins.set(copy, { of: new WeakRef(stores), changed: new Set() })
  const known = Array.from(answers.get(stores) ?? [])
  answers.set(copy, new Map(known.map(([holds, names]) => [holds, new Set(names)])))
  const { all, teams, plans, clusters } = workingTally(stores)
  tallies.set(copy, {
    all,
    teams: new Map(teams),
    plans: new Map(plans),
    clusters: new Map(clusters),
  })
  return copy
}

/** Puts a store under a name, replacing any other. `null` removes it. */
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
  for (const [holds, names] of answers.get(stores) ?? []) {
    if (record !== null && holds(record)) names.add(name)
    else names.delete(name)
  }
  origins.get(stores)?.changed.add(name)
  derivations.delete(stores)
}

/** Deleted stores and stores that are being purged count against no limit. */
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
  const { team, intent, created } = record
  // A pushed store.yaml may hold any text, so an unreadable one counts only if a request created the store.
  if (intent === null && created.requestId === null) return
  tally.all += by
  tally.teams.set(team, (tally.teams.get(team) ?? 0) + by)
  if (intent === null) return
  tally.plans.set(intent.plan, (tally.plans.get(intent.plan) ?? 0) + by)
  tally.clusters.set(intent.cluster, (tally.clusters.get(intent.cluster) ?? 0) + by)
}
