import type { Operation, PurgeStore } from '../contract/operation.ts'
import { backupDestination } from '../domain/admission/fit.ts'
import { purging } from '../domain/admission/lifecycle.ts'
import { holdAt, massDeletionRefused } from '../domain/admission/mass-delete-limit.ts'
import { dueOf } from '../domain/clocks.ts'
import { StoreError } from '../domain/errors.ts'
import type {
  ChangeOptions,
  Landed,
  OperationDeps,
  Requester,
  StoreChange,
} from '../domain/ports.ts'
import type { StoreRecord } from '../domain/snapshot.ts'
import { changeIntent, type StoreRequest } from './changing/change-store.ts'
import { type DescribingDeps, describeRequest } from './changing/describe-request.ts'

/**
 * First step of a purge: removes the protections, and starts a final backup if backups outlive the
 * namespace. In the second step the folder is removed from Git, once all gates are met. A store that
 * is being purged already gets no further commit.
 * @throws StoreError `invalid_request` (`confirm` is not the name), `store_not_found`,
 *   `lifecycle_conflict` (not deleted), `data_loss_unacknowledged`, and any code of `changeStore`
 */
export async function purgeStore(
  deps: DescribingDeps & Pick<OperationDeps, 'sealer'>,
  request: StoreRequest,
  { confirm, acknowledgeDataLoss }: Pick<PurgeStore, 'confirm' | 'acknowledgeDataLoss'>,
  by: Requester,
  options: ChangeOptions = {},
): Promise<{ operation: Operation; landed: Landed }> {
  if (confirm !== request.name) {
    throw new StoreError('invalid_request', 'confirm is not the name of this store', {
      errors: [{ pointer: '#/confirm', detail: 'is not the name of this store' }],
    })
  }
  // Read once, because the decision runs again on a newer head and must not depend on a clock.
  const now = deps.clock.now()
  const wish = { early: true, dataLossAccepted: acknowledgeDataLoss, reason: request.reason }
  const landed = await changeIntent(
    deps,
    request,
    {
      action: 'purge',
      next(store, { platform }) {
        const after = purging(store, now, wish)
        const kept = backupDestination(store, platform) === 's3'
        if (after !== null && after.lifecycle.dataLossAccepted !== true && !kept) throw lossUnsaid()
        return after
      },
      facts: (_before, { lifecycle }) => factsOf(lifecycle.dataLossAccepted === true),
    },
    by,
    options,
  )
  const record = landed.record ?? landed.snapshot.stores.get(request.name)
  if (record === undefined) {
    throw new StoreError('conflict', 'the store was removed right after it was purged')
  }
  const { team, name, last: ref } = record
  const requestId = ref.requestId ?? by.requestId
  return { operation: await describeRequest(deps, { requestId, ref, team, name }), landed }
}

function factsOf(dataLossAccepted: boolean): readonly string[] {
  return ['early', ...(dataLossAccepted ? ['data loss accepted'] : [])]
}

function lossUnsaid(): StoreError {
  return new StoreError(
    'data_loss_unacknowledged',
    'no backup of this store outlives its namespace, so its data would be gone for good',
    { errors: [{ pointer: '#/acknowledgeDataLoss', detail: 'must be true' }] },
  )
}

/**
 * First step of a purge after the retention is over by two clocks. Consent is given by
 * `deletion.autoPurge` of platform.yaml.
 */
export function purgeByRetention(
  deps: Pick<OperationDeps, 'repo' | 'sealer' | 'clock' | 'time' | 'purge'>,
  name: string,
  by: Requester,
): Promise<Landed> {
  const now = deps.clock.now()
  // Read once, because the decision runs again on a newer head and must not depend on a clock.
  const time = deps.time.reading()
  const wish = { early: false, dataLossAccepted: false, reason: undefined }
  return changeIntent(
    deps,
    { name },
    {
      action: 'purge',
      next: (store, { platform }) =>
        platform.autoPurge && dueOf(store.lifecycle, time, deps.purge.minUptimeMs).is === 'due'
          ? purging(store, now, wish)
          : null,
      facts: () => ['retention over'],
    },
    by,
  )
}

/**
 * Second step of a purge: removes the folder from Git, unless the store changed since the gates were
 * evaluated.
 * @throws StoreError `mass_delete_brake` while pushed deletions exceed the limit, and every code of
 *   `StoresRepo.change`
 */
export function removeStore(
  { repo, clock }: Pick<OperationDeps, 'repo' | 'clock'>,
  seen: StoreRecord,
  by: Requester,
): Promise<Landed> {
  // Read once, because the decision runs again on a newer head and must not depend on a clock.
  const today = clock.now()
  return repo.change(by, (at): StoreChange | 'unchanged' => {
    const now = at.stores.get(seen.name)
    if (now?.team !== seen.team || now.last.commit !== seen.last.commit) return 'unchanged'
    if (now.intentBlob !== seen.intentBlob || now.manifestsTree !== seen.manifestsTree) {
      return 'unchanged'
    }
    const hold = holdAt(at, today)
    if (hold !== null) throw massDeletionRefused(hold)
    return {
      team: seen.team,
      name: seen.name,
      action: 'remove',
      facts: ['purged'],
      files: new Map(),
    }
  })
}
