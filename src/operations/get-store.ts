import type { StoreWithGates } from '../contract/operation.ts'
import type { OperationDeps } from '../domain/ports.ts'
import { storeNotFound } from './changing/declared-store.ts'
import { type GateDeps, gatesOf } from './changing/purge-gates.ts'

/**
 * Returns one store, which may be deleted, with the gates of its deletion.
 * @throws StoreError `store_not_found`, also for a store of another team than `team`
 */
export async function getStore(
  deps: GateDeps & Pick<OperationDeps, 'views'>,
  name: string,
  team?: string,
): Promise<StoreWithGates> {
  const store = deps.views.get(name)
  if (store === null || (team !== undefined && team !== store.team)) throw storeNotFound()
  const record = deps.repo.snapshot().stores.get(name)
  const gates = record?.team === store.team ? await gatesOf(deps, record) : []
  return { ...store, gates: [...gates] }
}
