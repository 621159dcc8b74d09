import type { Snapshot, StoreRecord } from '../domain/snapshot.ts'

/** Stores whose folder left Git while this process ran: what they made may still be in the cluster. */
export interface RemovedStores {
  /** Notes what the head lost and takes back what it declares again. */
  moved(snapshot: Snapshot): void
  /** What was last declared, without what Git no longer holds; `null`: not removed. */
  get(name: string): StoreRecord | null
  names(): readonly string[]
  forget(name: string): void
}

/** Removed stores kept; the oldest are forgotten first. */
const LIMIT = 1000

/**
 * Remembers removed stores until Argo CD is seen to have removed them too, so that an accident (a folder deleted by
 * hand, a create reverted) is shown and not forgotten. Not kept over a restart.
 */
export function openRemoved(start: Snapshot): RemovedStores {
  let known = start.stores
  const removed = new Map<string, StoreRecord>()
  return {
    moved({ stores, vacated }) {
      for (const [name, record] of known) {
        if (!stores.has(name)) removed.set(name, withoutGit(record))
      }
      for (const name of removed.keys()) if (stores.has(name)) removed.delete(name)
      for (const [name, { intent }] of removed) {
        // Not purged, and said to be gone: an admin released its name.
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

/** The record of a store that Git no longer declares: only what it was stays, its last rendered lifecycle above all. */
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
