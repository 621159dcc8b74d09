import type { Store, StoreCreate } from '../contract/store.ts'
import { admitStore } from '../domain/admission.ts'
import { StoreError } from '../domain/errors.ts'
import type {
  ChangeOptions,
  Landed,
  OperationDeps,
  Requester,
  StoreChange,
} from '../domain/ports.ts'
import type { Snapshot } from '../domain/snapshot.ts'
import { renderStore } from './render-store.ts'

/**
 * Declares a new store in Git.
 * @throws StoreError `name_taken`, `name_reserved`, `engine_not_available`, `invalid_request`, `invalid_store`,
 *   `store_limit_reached`, and every code of `StoresRepo.change`
 */
export async function createStore(
  deps: Pick<OperationDeps, 'repo' | 'views'>,
  request: StoreCreate,
  by: Requester,
  options: ChangeOptions = {},
): Promise<{ store: Store; landed: Landed }> {
  const landed = await deps.repo.change(by, (at) => decideCreate(request, at, by.subject), options)
  if (landed.record === null) {
    throw new StoreError('conflict', 'the store was removed again right after it was created')
  }
  return { store: deps.views.present(landed.record, landed.snapshot), landed }
}

/** What a create would change at this snapshot. Pure; preview and create share it, so they agree byte for byte. */
export function decideCreate(request: StoreCreate, at: Snapshot, owner: string): StoreChange {
  const store = admitStore(request, at, owner)
  return {
    team: store.team,
    name: store.name,
    action: 'create',
    facts: [store.engine, store.plan],
    ...(request.reason === undefined ? {} : { reason: request.reason }),
    ...(request.ticket === undefined ? {} : { ticket: request.ticket }),
    files: renderStore(store, at.platform),
  }
}
