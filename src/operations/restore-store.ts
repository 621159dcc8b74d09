import type { StoreFile } from '../contract/store-file.ts'
import { requireRoom } from '../domain/admission.ts'
import { inState } from '../domain/lifecycle.ts'
import type { ChangeOptions, OperationDeps, Requester, StoresRepo } from '../domain/ports.ts'
import { parseStoreFile } from '../repo-files/store-file.ts'
import { type Changed, changeStore, type StoreRequest } from './change-store.ts'

/** Changes of one store looked through for what it was before its deletion. */
const LOOK_BACK = 200

/**
 * Takes a deleted store back to what it was before: active or suspended, with its data and credentials. Not deleted:
 * no commit.
 * @throws StoreError see `changeStore`; `store_limit_reached`
 */
export async function restoreStore(
  deps: Pick<OperationDeps, 'repo' | 'views' | 'sealer' | 'clock'>,
  request: StoreRequest,
  by: Requester,
  options: ChangeOptions = {},
): Promise<Changed> {
  const now = deps.clock.now()
  const former = await formerState(deps.repo, request.name)
  return changeStore(
    deps,
    request,
    {
      action: 'restore',
      next: (store, at) => {
        if (store.lifecycle.state === 'active' || store.lifecycle.state === 'suspended') return null
        requireRoom(store, at)
        return inState(store, former, now, request.reason)
      },
      facts: (_before, after) => [after.lifecycle.state],
    },
    by,
    options,
  )
}

/** State of the store before its last deletion, from Git; `active` when that cannot be told. */
async function formerState(repo: StoresRepo, name: string): Promise<'active' | 'suspended'> {
  const record = repo.snapshot().stores.get(name)
  const state = record?.intent?.lifecycle.state
  if (record === undefined || state === 'active' || state === 'suspended') return 'active'
  const { changes } = await repo.history(record.team, name, { limit: LOOK_BACK })
  for (const { commit } of changes) {
    const intent = await intentAt(repo, record.team, name, commit)
    const then = intent?.lifecycle.state
    if (then === 'active' || then === 'suspended') return then
  }
  return 'active'
}

async function intentAt(
  repo: StoresRepo,
  team: string,
  name: string,
  commit: string,
): Promise<StoreFile | null> {
  const { files } = await repo.files(team, name, commit)
  const text = files.find(({ path }) => path === 'store.yaml')?.content ?? ''
  return parseStoreFile(text, { team, name }).value
}
