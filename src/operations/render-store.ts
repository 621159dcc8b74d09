import type { ChangeOptions, OperationDeps, Requester } from '../domain/ports.ts'
import { type Changed, changeStore, type StoreRequest } from './changing/change-store.ts'

/**
 * Renders a store again from its intent and overwrites hand edits. Equal files get no commit.
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
