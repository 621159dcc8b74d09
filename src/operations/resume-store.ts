import { inState } from '../domain/admission/lifecycle.ts'
import type { ChangeOptions, OperationDeps, Requester } from '../domain/ports.ts'
import { type Changed, changeStore, type StoreRequest } from './changing/change-store.ts'
import { mustBeRestored } from './changing/must-be-restored.ts'

type Deps = Pick<OperationDeps, 'repo' | 'views' | 'sealer' | 'clock'>

/**
 * Starts a suspended store again. An active store gets no commit.
 * @throws StoreError see `changeStore`; `lifecycle_conflict` for a deleted store, which must be restored
 */
export function resumeStore(
  deps: Deps,
  request: StoreRequest,
  by: Requester,
  options: ChangeOptions = {},
): Promise<Changed> {
  const now = deps.clock.now()
  return changeStore(
    deps,
    request,
    {
      action: 'resume',
      next: (store) => {
        const { state } = store.lifecycle
        if (state === 'active') return null
        if (state === 'suspended') return inState(store, 'active', now, undefined)
        throw mustBeRestored(state, 'resumed')
      },
    },
    by,
    options,
  )
}
