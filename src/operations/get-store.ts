import type { Store } from '../contract/store.ts'
import type { OperationDeps } from '../domain/ports.ts'
import { storeNotFound } from './declared-store.ts'

/** One store, deleted ones too. @throws StoreError `store_not_found`, also when it is in another team than `team` */
export function getStore(deps: Pick<OperationDeps, 'views'>, name: string, team?: string): Store {
  const store = deps.views.get(name)
  if (store === null || (team !== undefined && team !== store.team)) throw storeNotFound()
  return store
}
