import { StoreError } from '../../domain/errors.ts'
import type { Snapshot, StoreRecord } from '../../domain/snapshot.ts'

/** A store by name. If a team is given, the store must be of that team. */
export interface OfStore {
  readonly name: string
  readonly team?: string
}

/**
 * Returns the record of a store. If `team` is given, the store must belong to it.
 * @throws StoreError `store_not_found`, also for a store of another team, so its existence stays hidden
 */
export function declaredStore(at: Snapshot, name: string, team?: string): StoreRecord {
  const record = at.stores.get(name)
  if (record === undefined || (team !== undefined && team !== record.team)) throw storeNotFound()
  return record
}

export function storeNotFound(): StoreError {
  return new StoreError('store_not_found', 'store not found')
}
