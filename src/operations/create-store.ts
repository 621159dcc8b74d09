import { objectFormatOf } from '../domain/object-format.ts'
import type { SealedSecrets } from '../contract/sealed-secret.ts'
import type { Store, StoreCreate } from '../contract/store.ts'
import type { StoreFile } from '../contract/store-file.ts'
import { admitStore } from '../domain/admission.ts'
import { StoreError } from '../domain/errors.ts'
import type {
  ChangeOptions,
  Landed,
  OperationDeps,
  Requester,
  StoreChange,
} from '../domain/ports.ts'
import { isRoom, type Provisioning, queueOf } from '../domain/provisioning.ts'
import type { Snapshot } from '../domain/snapshot.ts'
import { readBack } from '../repo-files/store-file.ts'
import type { RenderStore } from './render-declared.ts'
import { renderOnce } from './render-once.ts'
import { type RenderContext, renderStore } from './render-store.ts'
import { sealStore } from './seal-store.ts'

/** Renders beside this thread, where many are asked for; `null`, at either step: the decision may as well do it. */
export type RenderBeside = () =>
  | ((...input: Parameters<RenderStore>) => ReturnType<RenderStore> | null)
  | null

/** Without `provisioning` no store waits for others. */
type CreateStoreDeps = Pick<OperationDeps, 'repo' | 'views' | 'sealer' | 'clock'> &
  Partial<Pick<OperationDeps, 'provisioning'>> & {
    readonly renderBeside?: RenderBeside
  }

/**
 * Declares a new store in Git; one that must wait for its turn says so in store.yaml.
 * @throws StoreError `name_taken`, `name_quarantined`, `name_reserved`, `engine_not_available`, `invalid_request`, `invalid_store`,
 *   `store_limit_reached`, and every code of `StoresRepo.change`
 */
export async function createStore(
  deps: CreateStoreDeps,
  request: StoreCreate,
  by: Requester,
  options: ChangeOptions = {},
): Promise<{ store: Store; landed: Landed }> {
  const sealed = sealedFor(deps, request)
  // Read once: the decision runs again on a newer head and must not depend on a clock.
  const now = deps.clock.now()
  const asked = { owner: by.subject, now, sealed, deps }
  const render = await renderFor(request, asked)
  const landed = await deps.repo.change(
    by,
    (at) => decideCreate(request, at, asked, render),
    options,
  )
  if (landed.record === null) {
    throw new StoreError('conflict', 'the store was removed again right after it was created')
  }
  return { store: deps.views.present(landed.record, landed.snapshot), landed }
}

/** Counters of a new store. */
export const FIRST_NONCE = { retry: 0, credentials: 1, adminReset: 0 } as const

/** Sealed once, before `decide`, which may run again. `null`: this store will be in another mode, or be refused. */
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

/** Renders beside this thread what the newest head would have; whatever goes wrong there, the decision renders and tells. */
async function renderFor(request: StoreCreate, asked: Asked): Promise<typeof renderStore> {
  const render = asked.deps.renderBeside?.() ?? null
  if (render === null) return renderOnce()
  const at = asked.deps.repo.snapshot()
  try {
    const input = [admitted(request, at, asked), at.platform, contextOf(at, asked.sealed)] as const
    const files = await render(...input)
    return files === null ? renderOnce() : renderOnce({ input: [...input], give: () => files })
  } catch {
    return renderOnce()
  }
}

/** The new store, waiting where as many are being set up as may; see `domain/provisioning.ts`. */
export function queuedIfFull(
  store: StoreFile,
  at: Snapshot,
  now: number,
  provisioning: Provisioning | undefined,
): StoreFile {
  if (provisioning === undefined || !store.autoSync) return store
  // Behind those that wait already: the order of commits is the order of starts.
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
  if (store.secretsMode === 'sealed' && sealed === null) {
    throw new StoreError('conflict', 'the secrets mode of the platform changed meanwhile')
  }
  return store
}

/** The change that declares a new store. Preview and create share it, so they agree byte for byte but for ciphertexts. */
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
    ...(request.reason === undefined ? {} : { reason: request.reason }),
    ...(request.ticket === undefined ? {} : { ticket: request.ticket }),
    files: render(store, at.platform, contextOf(at, sealed)),
  }
}

function contextOf({ head }: Pick<Snapshot, 'head'>, sealed: SealedSecrets | null): RenderContext {
  return { sealed, objectFormat: objectFormatOf(head) }
}
