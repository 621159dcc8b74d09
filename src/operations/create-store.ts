import type { SealedSecrets } from '../contract/sealed-secret.ts'
import type { StoreFile } from '../contract/store-file.ts'
import type { Store, StoreCreate } from '../contract/store.ts'
import { admitStore } from '../domain/admission/admission.ts'
import { requirePins } from '../domain/admission/pinned-release.ts'
import { isRoom, type Provisioning, queueOf } from '../domain/admission/provisioning.ts'
import { compact } from '../domain/compact.ts'
import { StoreError } from '../domain/errors.ts'
import { objectFormatOf } from '../domain/object-format.ts'
import type {
  ChangeOptions,
  Landed,
  OperationDeps,
  Requester,
  StoreChange,
} from '../domain/ports.ts'
import type { Snapshot } from '../domain/snapshot.ts'
import { readBack } from '../repo-files/store-file.ts'
import { renderOnce } from './rendering/render-once.ts'
import { type RenderContext, renderStore } from './rendering/render-store.ts'
import { sealStore } from './rendering/seal-store.ts'

/** Without `provisioning`, no store is queued. */
type CreateStoreDeps = Pick<OperationDeps, 'repo' | 'views' | 'sealer' | 'clock' | 'pinnedOnly'> &
  Partial<Pick<OperationDeps, 'provisioning'>>

/**
 * Declares a new store in Git. A store that has to wait is declared as queued.
 * @throws StoreError `name_taken`, `name_quarantined`, `name_reserved`, `engine_not_available`,
 *   `invalid_request`, `invalid_store`, `store_limit_reached`, and every code of `StoresRepo.change`
 */
export async function createStore(
  deps: CreateStoreDeps,
  request: StoreCreate,
  by: Requester,
  options: ChangeOptions = {},
): Promise<{ store: Store; landed: Landed }> {
  const sealed = sealedFor(deps, request)
  // Read once, because the decision runs again on a newer head and must not depend on a clock.
  const now = deps.clock.now()
  const asked = { owner: by.subject, now, sealed, deps }
  const render = renderOnce()
  const landed = await deps.repo.change(
    by,
    (at) => decideCreate(request, at, asked, render),
    options,
  )
  if (landed.record === null) {
    throw new StoreError('conflict', 'the store was removed right after it was created')
  }
  return { store: deps.views.present(landed.record, landed.snapshot), landed }
}

/** Counters of a new store. */
const FIRST_NONCE = { retry: 0, credentials: 1, adminReset: 0 } as const

/** Seals once, because `decide` may run again. `null`: the store uses another mode, or will be refused. */
function sealedFor(
  { repo, sealer }: Pick<OperationDeps, 'repo' | 'sealer'>,
  { name, secretsMode }: StoreCreate,
): SealedSecrets | null {
  const { mode, certificate } = repo.snapshot().platform.secrets
  if ((secretsMode ?? mode) !== 'sealed' || certificate === null) return null
  return sealStore(sealer, certificate, { name, nonce: FIRST_NONCE })
}

interface Asked {
  readonly owner: string
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly sealed: SealedSecrets | null
  readonly deps: CreateStoreDeps
}

/** Marks the new store as queued if the cap on stores being set up is reached; see `domain/admission/provisioning.ts`. */
export function queuedIfFull(
  store: StoreFile,
  at: Snapshot,
  now: number,
  provisioning: Provisioning | undefined,
): StoreFile {
  if (provisioning === undefined || !store.autoSync) return store
  // If other stores wait already, this one is queued behind them, so stores start in commit order.
  const waits = at.platform.provisioning > 0 && provisioning.speaks() && queueOf(at).length > 0
  return waits || !isRoom(at, now, provisioning) ? { ...store, queued: true } : store
}

function decideCreate(
  request: StoreCreate,
  at: Snapshot,
  asked: Asked,
  render: typeof renderStore,
): StoreChange {
  return creationOf(admitted(request, at, asked), request, at, asked.sealed, render)
}

function admitted(request: StoreCreate, at: Snapshot, asked: Asked): StoreFile {
  const { owner, now, sealed, deps } = asked
  const store = queuedIfFull(admitStore(request, at, owner, now), at, now, deps.provisioning)
  if (deps.pinnedOnly === true) requirePins(store.release, at.platform)
  if (store.secretsMode === 'sealed' && sealed === null) {
    throw new StoreError('conflict', 'the secrets mode of the platform changed meanwhile')
  }
  return store
}

/** The change that declares a new store. Preview and create share it, so they differ only in ciphertexts. */
export function creationOf(
  store: StoreFile,
  request: StoreCreate,
  at: Pick<Snapshot, 'head' | 'platform'>,
  sealed: SealedSecrets | null,
  render = renderStore,
): StoreChange {
  return {
    team: store.team,
    name: store.name,
    action: 'create',
    facts: [store.engine, store.plan],
    intent: readBack(store),
    ...compact({ reason: request.reason, ticket: request.ticket }),
    files: render(store, at.platform, contextOf(at, sealed)),
  }
}

function contextOf({ head }: Pick<Snapshot, 'head'>, sealed: SealedSecrets | null): RenderContext {
  return { sealed, objectFormat: objectFormatOf(head) }
}
