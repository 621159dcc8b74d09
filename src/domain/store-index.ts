import type { StoreRecord } from './snapshot.ts'

/**
 * Number of stores that count against limits, by team, plan and cluster. Deleted stores do not
 * count.
 */
export interface Tally {
  readonly all: number
  readonly teams: ReadonlyMap<string, number>
  readonly plans: ReadonlyMap<string, number>
  readonly clusters: ReadonlyMap<string, number>
}

/** A condition on one record. Pass the same function each time, because results are kept by it. */
export type Predicate = (record: StoreRecord) => boolean

/** A store put under a name, or `null` for a removed store. */
export type StoreEdit = readonly [name: string, record: StoreRecord | null]

/** With more edits than this, an index is copied into a new base. */
const MOST_EDITS = 512

/**
 * The stores of a snapshot by name. Immutable: {@link with} returns another index, which shares
 * everything that did not change. Each commit makes a few, so none of that visits all stores.
 */
export class StoreIndex implements Iterable<readonly [string, StoreRecord]> {
  readonly #base: ReadonlyMap<string, StoreRecord>
  /** Edits of the base. */
  readonly #edits: ReadonlyMap<string, StoreRecord | null>
  readonly size: number
  #tally: Tally | null = null
  readonly #where = new Map<Predicate, ReadonlySet<string>>()
  readonly #derived = new Map<unknown, unknown>()

  private constructor(
    base: ReadonlyMap<string, StoreRecord>,
    edits: ReadonlyMap<string, StoreRecord | null>,
    size: number,
  ) {
    this.#base = base
    this.#edits = edits
    this.size = size
  }

  /** An index of these records by their names. */
  static of(records: Iterable<StoreRecord>): StoreIndex {
    const base = new Map(Array.from(records, (record) => [record.name, record]))
    return new StoreIndex(base, new Map(), base.size)
  }

  get(name: string): StoreRecord | undefined {
    const edited = this.#edits.get(name)
    return edited === undefined ? this.#base.get(name) : (edited ?? undefined)
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  *keys(): Generator<string> {
    for (const [name] of this) yield name
  }

  *values(): Generator<StoreRecord> {
    for (const [, record] of this) yield record
  }

  *[Symbol.iterator](): Generator<readonly [string, StoreRecord]> {
    for (const entry of this.#base) {
      const edited = this.#edits.get(entry[0])
      if (edited === undefined) yield entry
      else if (edited !== null) yield [entry[0], edited]
    }
    for (const [name, record] of this.#edits)
      if (record !== null && !this.#base.has(name)) yield [name, record]
  }

  /** The index after these edits. */
  with(edits: Iterable<StoreEdit>): StoreIndex {
    const all = new Map(this.#edits)
    const last = new Map(edits)
    let { size } = this
    for (const [name, record] of last) {
      size += Number(record !== null) - Number(this.has(name))
      if (record === null && !this.#base.has(name)) all.delete(name)
      else all.set(name, record)
    }
    const next = new StoreIndex(this.#base, all, size)
    const result = all.size > MOST_EDITS ? new StoreIndex(new Map(next), new Map(), size) : next
    result.#inherit(this, last)
    return result
  }

  /** The numbers of stores that count against limits. */
  get tally(): Tally {
    this.#tally ??= tallyOf(this.values())
    return this.#tally
  }

  /** Names of the stores for which `holds` is true. The first call visits all stores. */
  namesWhere(holds: Predicate): ReadonlySet<string> {
    const known = this.#where.get(holds)
    if (known !== undefined) return known
    const names = new Set<string>()
    for (const [name, record] of this) if (holds(record)) names.add(name)
    this.#where.set(holds, names)
    return names
  }

  /** The stores of {@link namesWhere}. */
  storesWhere(holds: Predicate): readonly StoreRecord[] {
    return Array.from(this.namesWhere(holds), (name) => this.get(name)).filter(
      (record) => record !== undefined,
    )
  }

  /** Returns `make(this)`, which is called once for each function. */
  derived<T>(make: (stores: StoreIndex) => T): T {
    if (!this.#derived.has(make)) this.#derived.set(make, make(this))
    return this.#derived.get(make) as T
  }

  /** Names under which two indexes hold different records. */
  apartFrom(other: StoreIndex): readonly string[] {
    const names =
      this.#base === other.#base
        ? [...this.#edits.keys(), ...other.#edits.keys()]
        : [...this.keys(), ...other.keys()]
    return [...new Set(names)].filter((name) => this.get(name) !== other.get(name))
  }

  /** Takes over what is known of the index before these edits, and updates it. */
  #inherit(before: StoreIndex, edits: ReadonlyMap<string, StoreRecord | null>): void {
    const { teams, plans, clusters, all } = before.tally
    const tally = {
      all,
      teams: new Map(teams),
      plans: new Map(plans),
      clusters: new Map(clusters),
    }
    for (const [name, record] of edits) {
      const former = before.get(name)
      if (former !== undefined) count(tally, former, -1)
      if (record !== null) count(tally, record, 1)
    }
    this.#tally = tally
    for (const [holds, names] of before.#where) this.#where.set(holds, edited(names, holds, edits))
  }
}

/** Deleted stores and stores that are being purged count against no limit. */
export function isDeleted(record: StoreRecord): boolean {
  const state = record.intent?.lifecycle.state ?? record.app?.lifecycle
  return state === 'deleted' || state === 'purge'
}

/** The same set if the edits do not change it. */
function edited(
  names: ReadonlySet<string>,
  holds: Predicate,
  edits: ReadonlyMap<string, StoreRecord | null>,
): ReadonlySet<string> {
  let next: Set<string> | null = null
  for (const [name, record] of edits) {
    const isIn = record !== null && holds(record)
    if (isIn === names.has(name)) continue
    next ??= new Set(names)
    if (isIn) next.add(name)
    else next.delete(name)
  }
  return next ?? names
}

interface WorkingTally extends Tally {
  all: number
  readonly teams: Map<string, number>
  readonly plans: Map<string, number>
  readonly clusters: Map<string, number>
}

function tallyOf(records: Iterable<StoreRecord>): Tally {
  const tally = { all: 0, teams: new Map(), plans: new Map(), clusters: new Map() }
  for (const record of records) count(tally, record, 1)
  return tally
}

function count(tally: WorkingTally, record: StoreRecord, by: 1 | -1): void {
  if (isDeleted(record)) return
  const { team, intent, created } = record
  // A pushed store.yaml may hold any text, so an unreadable one counts only if a request created
  // the store.
  if (intent === null && created.requestId === null) return
  tally.all += by
  tally.teams.set(team, (tally.teams.get(team) ?? 0) + by)
  if (intent === null) return
  tally.plans.set(intent.plan, (tally.plans.get(intent.plan) ?? 0) + by)
  tally.clusters.set(intent.cluster, (tally.clusters.get(intent.cluster) ?? 0) + by)
}
