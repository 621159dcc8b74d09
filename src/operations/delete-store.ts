import { StoreError } from '../domain/errors.ts'
import { softDeleted } from '../domain/lifecycle.ts'
import type {
  ChangeOptions,
  Landed,
  OperationDeps,
  Requester,
  StoreChange,
} from '../domain/ports.ts'
import type { Snapshot } from '../domain/snapshot.ts'
import { declaredStore } from './declared-store.ts'
import { renderStore } from './render-store.ts'
import { type CommittedSecrets, committedSecrets, secretsAt } from './seal-store.ts'

export interface DeleteStoreRequest {
  readonly name: string
  /** Given and another than the store's: `store_not_found`. */
  readonly team?: string
  readonly reason?: string
}

/**
 * Soft delete: nothing runs any more, volumes and credentials stay until `purgeAfter`. Deleted already: no commit.
 * @throws StoreError `store_not_found`, `lifecycle_conflict`, `store_modified`, `invalid_store` (its store.yaml
 *   does not parse), `conflict` (its sealed secrets changed meanwhile), and every code of `StoresRepo.change`
 */
export async function deleteStore(
  deps: Pick<OperationDeps, 'repo' | 'clock'>,
  request: DeleteStoreRequest,
  by: Requester,
  options: ChangeOptions = {},
): Promise<Landed> {
  // Read once: `decide` runs again on a newer head and must not depend on a clock.
  const now = deps.clock.now()
  const kept = await committedSecrets(deps.repo, request.name)
  return deps.repo.change(by, (at) => decideDelete(request, at, now, kept), options)
}

function decideDelete(
  { name, team, reason }: DeleteStoreRequest,
  at: Snapshot,
  now: number,
  kept: CommittedSecrets | null,
): StoreChange | 'unchanged' {
  const record = declaredStore(at, name, team)
  if (record.intent === null) {
    throw new StoreError('invalid_store', 'store.yaml of this store does not parse', {
      errors: record.problems,
      hint: 'Correct store.yaml in the stores repo first.',
    })
  }
  if (record.app !== null && record.app.tree !== record.manifestsTree) {
    throw new StoreError('store_modified', 'rendered files of this store were edited by hand')
  }
  const store = softDeleted(record.intent, now, at.platform.retentionDays, reason)
  if (store === null) return 'unchanged'
  return {
    team: store.team,
    name: store.name,
    action: 'delete',
    facts: [`data kept until ${store.lifecycle.purgeAfter?.slice(0, 10)}`],
    ...(reason === undefined ? {} : { reason }),
    files: renderStore(store, at.platform, {
      before: record.app,
      sealed: secretsAt(record, kept),
    }),
  }
}
