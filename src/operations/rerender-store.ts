import type { ChangeOptions, OperationDeps, Requester } from '../domain/ports.ts'
import { type Changed, changeStore, type StoreRequest } from './change-store.ts'

/**
 * Renders a store from its intent again, over whatever was edited by hand. Equal files: no commit is made of them.
 * @throws StoreError see `changeStore`
 */
export function rerenderStore(
  deps: Pick<OperationDeps, 'repo' | 'views' | 'sealer' | 'clock'>,
  request: StoreRequest,
  by: Requester,
  options: ChangeOptions = {},
): Promise<Changed> {
  return changeStore(
    deps,
    request,
    { action: 'render', next: (store) => store, always: true },
    by,
    options,
  )
}
