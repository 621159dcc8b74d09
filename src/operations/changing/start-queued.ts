import { hasWaited, isRoom, type Provisioning } from '../../domain/admission/provisioning.ts'
import type { Landed, OperationDeps, Requester } from '../../domain/ports.ts'
import type { StoreRecord } from '../../domain/snapshot.ts'
import { changeIntent } from './change-store.ts'

/**
 * Starts a queued store, if it is still active and there is still room on the newest head or it has waited long enough.
 * @throws StoreError see `changeStore`
 */
export function startQueued(
  deps: Pick<OperationDeps, 'repo' | 'sealer' | 'clock'>,
  provisioning: Provisioning,
  record: StoreRecord,
  by: Requester,
): Promise<Landed> {
  const now = deps.clock.now()
  return changeIntent(
    deps,
    { team: record.team, name: record.name },
    {
      action: 'update',
      next(store, at) {
        const { queued, ...rest } = store
        // It may have been suspended or deleted since the queue was read.
        if (queued !== true || store.lifecycle.state !== 'active') return null
        return isRoom(at, now, provisioning) || hasWaited(record, now) ? rest : null
      },
      facts: () => ['its turn'],
    },
    by,
  )
}
