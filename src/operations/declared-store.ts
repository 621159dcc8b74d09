import { StoreError } from '../domain/errors.ts'
import type { Snapshot, StoreRecord } from '../domain/snapshot.ts'

/**
 * The record of a store, in whatever team, or in exactly `team` when that is given.
 * @throws StoreError `store_not_found`; a store of another team looks absent, never forbidden
 */
export function declaredStore(at: Snapshot, name: string, team?: string): StoreRecord {
  const record = at.stores.get(name)
  if (record === undefined || (team !== undefined && team !== record.team)) throw storeNotFound()
  return record
}

export function storeNotFound(): StoreError {
  return new StoreError('store_not_found', 'store not found')
}
