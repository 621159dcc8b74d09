import { StoreError } from '../domain/errors.ts'
import { inState } from '../domain/lifecycle.ts'
import type { ChangeOptions, OperationDeps, Requester } from '../domain/ports.ts'
import { type Changed, changeStore, type StoreRequest } from './change-store.ts'

type Deps = Pick<OperationDeps, 'repo' | 'views' | 'sealer' | 'clock'>

/**
 * Nothing runs any more, everything is kept, the address answers 503. Suspended already: no commit.
 * @throws StoreError see `changeStore`; `lifecycle_conflict` for a deleted store, which is restored
 */
export function suspendStore(
  deps: Deps,
  request: StoreRequest,
  by: Requester,
  options: ChangeOptions = {},
): Promise<Changed> {
  // Read once: the decision runs again on a newer head and must not depend on a clock.
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
 * Takes a suspended store up again. Active already: no commit.
 * @throws StoreError see `changeStore`; `lifecycle_conflict` for a deleted store, which is restored
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

/** A step back into life needs room among the stores, which a restore looks for. */
function isDeleted(lifecycle: string, wanted: string): StoreError {
  return new StoreError('lifecycle_conflict', `a deleted store is restored, not ${wanted}`, {
    extra: { lifecycle },
    hint: 'Restore the store.',
  })
}
