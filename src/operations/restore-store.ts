import type { StoreFile } from '../contract/store-file.ts'
import { requireRoom } from '../domain/admission/admission.ts'
import { inState } from '../domain/admission/lifecycle.ts'
import type { ChangeOptions, OperationDeps, Requester, StoresRepo } from '../domain/ports.ts'
import { parseStoreFile } from '../repo-files/store-file.ts'
import { type Changed, changeStore, type StoreRequest } from './changing/change-store.ts'

/** Number of changes that are searched for the state before the deletion. */
const LOOK_BACK = 200

/**
 * Restores a deleted store to its state before the deletion, active or suspended, with its data and
 * credentials. It also cancels a purge whose folder is still in Git, because nothing is lost by then.
 * A store that is not deleted gets no commit.
 * @throws StoreError see `changeStore`; `store_limit_reached`
 */
export async function restoreStore(
  deps: Pick<OperationDeps, 'repo' | 'views' | 'sealer' | 'clock'>,
  request: StoreRequest,
  by: Requester,
  options: ChangeOptions = {},
): Promise<Changed> {
  const now = deps.clock.now()
  const former = await formerOf(deps.repo, request.name)
  return changeStore(
    deps,
    request,
    {
      action: 'restore',
      next: (store, at) => {
        const { state } = store.lifecycle
        if (state === 'active' || state === 'suspended') return null
        requireRoom(store, at)
        // A purge turned auto-sync on, so the earlier value is restored.
        const autoSync = state === 'purge' ? former.autoSync : store.autoSync
        return inState({ ...store, autoSync }, former.state, now, request.reason)
      },
      facts: ({ lifecycle }, after) => [
        after.lifecycle.state,
        ...(lifecycle.state === 'purge' ? ['purge called off'] : []),
      ],
    },
    by,
    options,
  )
}

interface Former {
  /** Before its last deletion. */
  readonly state: 'active' | 'suspended'
  /** Before its purge. */
  readonly autoSync: boolean
}

/** State before the deletion, read from Git. Defaults to that of a new store. */
async function formerOf(repo: StoresRepo, name: string): Promise<Former> {
  const record = repo.snapshot().stores.get(name)
  const state = record?.intent?.lifecycle.state
  const former = { state: 'active', autoSync: true } as const
  if (record === undefined || state === 'active' || state === 'suspended') return former
  const { changes } = await repo.history(record.team, name, { limit: LOOK_BACK })
  let autoSync: boolean | null = null
  for (const { commit } of changes) {
    const intent = await intentAt(repo, record.team, name, commit)
    const then = intent?.lifecycle.state
    if (intent !== null && then !== 'purge') autoSync ??= intent.autoSync
    if (then === 'active' || then === 'suspended') {
      return { state: then, autoSync: autoSync ?? former.autoSync }
    }
  }
  return { ...former, autoSync: autoSync ?? former.autoSync }
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
