import { inState } from '../domain/admission/lifecycle.ts'
import type { ChangeOptions, OperationDeps, Requester } from '../domain/ports.ts'
import { type Changed, changeStore, type StoreRequest } from './changing/change-store.ts'
import { mustBeRestored } from './changing/must-be-restored.ts'

type Deps = Pick<OperationDeps, 'repo' | 'views' | 'sealer' | 'clock'>

/**
 * Stops a store and keeps everything; its address answers 503. A suspended store gets no commit.
 * @throws StoreError see `changeStore`; `lifecycle_conflict` for a deleted store, which must be restored
 */
export function suspendStore(
  deps: Deps,
  request: StoreRequest,
  by: Requester,
  options: ChangeOptions = {},
): Promise<Changed> {
  // Read once, because the decision runs again on a newer head and must not depend on a clock.
  const now = deps.clock.now()
  return changeStore(
    deps,
    request,
    {
      action: 'suspend',
      next: (store) => {
        const { state } = store.lifecycle
        if (state === 'suspended') return null
        if (state === 'active') return inState(store, 'suspended', now, request.reason)
        throw mustBeRestored(state, 'suspended')
      },
    },
    by,
    options,
  )
}
