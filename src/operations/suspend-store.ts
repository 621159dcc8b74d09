import { StoreError } from '../domain/errors.ts'
import { inState } from '../domain/admission/lifecycle.ts'
import type { ChangeOptions, OperationDeps, Requester } from '../domain/ports.ts'
import { type Changed, changeStore, type StoreRequest } from './changing/change-store.ts'

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
        throw isDeleted(state, 'suspended')
      },
    },
    by,
    options,
  )
}

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
        throw isDeleted(state, 'resumed')
      },
    },
    by,
    options,
  )
}

/** A deleted store needs room within the limits, which only a restore checks. */
function isDeleted(lifecycle: string, wanted: string): StoreError {
  return new StoreError('lifecycle_conflict', `a deleted store cannot be ${wanted}`, {
    extra: { lifecycle },
    hint: 'Restore the store first.',
  })
}
