import { softDeleted } from '../domain/admission/lifecycle.ts'
import type { ChangeOptions, Landed, OperationDeps, Requester } from '../domain/ports.ts'
import { changeIntent, type StoreRequest } from './changing/change-store.ts'

export type DeleteStoreRequest = Pick<StoreRequest, 'name' | 'team' | 'reason' | 'allowMassDelete'>

/**
 * Soft-deletes a store: nothing runs any more, and volumes and credentials stay until `purgeAfter`. A
 * deleted store gets no further commit.
 * @throws StoreError `store_not_found`, `lifecycle_conflict`, `store_modified`, `invalid_store` (its
 *   store.yaml does not parse), `mass_delete_brake`, and every code of `StoresRepo.change`
 */
export function deleteStore(
  deps: Pick<OperationDeps, 'repo' | 'clock' | 'sealer'>,
  request: DeleteStoreRequest,
  by: Requester,
  options: ChangeOptions = {},
): Promise<Landed> {
  // Read once, because the decision runs again on a newer head and must not depend on a clock.
  const now = deps.clock.now()
  return changeIntent(
    deps,
    request,
    {
      action: 'delete',
      next: (store, { platform }) =>
        softDeleted(store, now, platform.retentionDays, request.reason),
      facts: (_before, { lifecycle }) => [`data kept until ${lifecycle.purgeAfter?.slice(0, 10)}`],
    },
    by,
    options,
  )
}
