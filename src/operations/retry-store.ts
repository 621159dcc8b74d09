import type { Retry } from '../contract/store-patch.ts'
import { retried } from '../domain/admission/apply-patch.ts'
import type { ChangeOptions, OperationDeps, Requester } from '../domain/ports.ts'
import { type Changed, changeStore, type StoreRequest } from './changing/change-store.ts'

/**
 * Repeats the set-up, sets a new database or admin password, or makes a backup.
 * @throws StoreError see `changeStore`
 */
export function retryStore(
  deps: Pick<OperationDeps, 'repo' | 'views' | 'sealer' | 'clock'>,
  request: StoreRequest,
  what: Retry['what'],
  by: Requester,
  options: ChangeOptions = {},
): Promise<Changed> {
  const next = (store: Parameters<typeof retried>[0]) => retried(store, what)
  return changeStore(deps, request, { action: 'retry', next, facts: () => [what] }, by, options)
}
