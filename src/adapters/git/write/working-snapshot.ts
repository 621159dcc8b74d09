import { departs } from '../../../domain/history/commit-message.ts'
import type {
  ChangeRef,
  Departure,
  Snapshot,
  StoreRecord,
  Vacated,
} from '../../../domain/snapshot.ts'
import { copyStores, putStore } from '../../../domain/store-map.ts'
import { recordOf } from '../read/snapshots.ts'
import type { Draft } from './decider.ts'

/** The part of a draft that changes the snapshot. */
type Put = Pick<Draft, 'change' | 'move'>

/**
 * The snapshot that commits will leave which have not landed yet, complete enough for every
 * admission rule.
 */
export class WorkingSnapshot {
  /** Updated by {@link put}. */
  readonly snapshot: Snapshot
  #stores: Map<string, StoreRecord> | null = null
  #vacated: ReadonlyMap<string, Vacated>
  #departures: readonly Departure[]
  #approvedAt: number | null

  constructor(base: Snapshot) {
    this.#vacated = base.vacated
    this.#departures = base.departures
    this.#approvedAt = base.massDeleteApprovedAt
    const stores = () => this.#stores ?? base.stores
    const vacated = () => this.#vacated
    const departures = () => this.#departures
    const approvedAt = () => this.#approvedAt
    this.snapshot = {
      ...base,
      get stores() {
        return stores()
      },
      get vacated() {
        return vacated()
      },
      get departures() {
        return departures()
      },
      get massDeleteApprovedAt() {
        return approvedAt()
      },
    }
  }

  /** @param last the commit; its id is empty until it is imported */
  put({ change, move: { team, name, after } }: Put, last: ChangeRef): void {
    const atMs = Date.parse(last.at)
    if (departs(change.action, change.trailers?.['Lifecycle'])) {
      this.#departures = [...this.#departures, { team, name, atMs }]
    }
    if (change.trailers?.['Mass-Delete-Approved-By'] !== undefined) {
      this.#approvedAt = Math.max(this.#approvedAt ?? 0, atMs)
    }
    this.#stores ??= copyStores(this.snapshot.stores)
    const before = this.#stores.get(name)
    if (after === null) {
      if (before?.team === team) putStore(this.#stores, name, null)
      this.#vacated = new Map(this.#vacated).set(name, { team, at: last.at, purged: true })
      return
    }
    const created = before?.team === team ? before.created : last
    const trees = before?.team === team ? (before.rendered?.trees ?? []) : []
    // The folder is exactly what we rendered. Rules read the generator only from landed commits.
    const rendered = { trees: [...trees, after.manifestsTree], generator: null }
    putStore(this.#stores, name, recordOf(after, { created, last, rendered, folder: null }))
    if (this.#vacated.get(name)?.team !== team) return
    const vacated = new Map(this.#vacated)
    vacated.delete(name)
    this.#vacated = vacated
  }
}
