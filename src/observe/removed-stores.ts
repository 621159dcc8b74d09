import type { Snapshot, StoreRecord } from '../domain/snapshot.ts'

/** Stores whose folder was removed from Git while this process ran. Their resources may still be in the cluster. */
export interface RemovedStores {
  /** Adds stores that the head no longer declares, and removes those that it declares again. */
  moved(snapshot: Snapshot): void
  /** The last record without the parts that Git no longer has; `null` if the store was not removed. */
  get(name: string): StoreRecord | null
  names(): readonly string[]
  forget(name: string): void
}

/** Most stores that are kept. The oldest are dropped first. */
const LIMIT = 1000

/**
 * Keeps removed stores until Argo CD has removed them too, so that an accident, such as a deleted
 * folder or a reverted create, stays visible. Not kept over a restart.
 */
export function openRemoved(start: Snapshot): RemovedStores {
  let known = start.stores
  const removed = new Map<string, StoreRecord>()
  return {
    moved({ stores, vacated }) {
      for (const name of stores.apartFrom(known)) {
        const record = known.get(name)
        if (record !== undefined && !stores.has(name)) removed.set(name, withoutGit(record))
      }
      for (const name of removed.keys()) if (stores.has(name)) removed.delete(name)
      for (const [name, { intent }] of removed) {
        // Marked as purged without a purge: an admin released its name.
        const released = vacated.get(name)?.purged === true && intent?.lifecycle.state !== 'purge'
        if (released) removed.delete(name)
      }
      for (const name of removed.keys()) if (removed.size > LIMIT) removed.delete(name)
      known = stores
    },
    get: (name) => removed.get(name) ?? null,
    names: () => [...removed.keys()],
    forget: (name) => void removed.delete(name),
  }
}

/** The record of a store that Git no longer declares, reduced to what it was. It keeps its last rendered lifecycle. */
function withoutGit(record: StoreRecord): StoreRecord {
  const { intent, app } = record
  const state = app?.lifecycle ?? intent?.lifecycle.state ?? 'active'
  return {
    ...record,
    intent: intent === null ? null : { ...intent, lifecycle: { ...intent.lifecycle, state } },
    app: null,
    intentBlob: '',
    manifestsTree: '',
    problems: [],
  }
}
