import type { SealedSecrets } from '../../contract/sealed-secret.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import type { Store, Warning } from '../../contract/store.ts'
import type { Action } from '../../contract/words.ts'
import { admitChange } from '../../domain/admission/admit-change.ts'
import { admitOverPush } from '../../domain/admission/admit-push.ts'
import { isDeparture, requireWithinLimit } from '../../domain/admission/mass-delete-limit.ts'
import { compact } from '../../domain/compact.ts'
import { StoreError } from '../../domain/errors.ts'
import { departs } from '../../domain/history/commit-message.ts'
import { namespaceOf } from '../../domain/layout.ts'
import { objectFormatOf } from '../../domain/object-format.ts'
import type {
  ChangeOptions,
  Landed,
  OperationDeps,
  Requester,
  StoreChange,
} from '../../domain/ports.ts'
import { isEdited, isModified, type Snapshot, type StoreRecord } from '../../domain/snapshot.ts'
import { parseSealedSecrets, SEALED_FILE } from '../../repo-files/sealed-file.ts'
import { leadingComment, readBack } from '../../repo-files/store-file.ts'
import { admittedIntent, renderedIntent } from '../rendering/former-intent.ts'
import { renderOnce } from '../rendering/render-once.ts'
import type { renderStore } from '../rendering/render-store.ts'
import { sealStore } from '../rendering/seal-store.ts'
import { declaredStore } from './declared-store.ts'
import { releaseTrailers } from './release-trailers.ts'

/** The store to change, and the conditions of the caller. */
export interface StoreRequest {
  readonly name: string
  /** If this is not the store's team, the request fails with `store_not_found`. */
  readonly team?: string
  /** ETag of the intent that the caller read, quoted; `*` = any. @default any */
  readonly ifMatch?: string
  /** Overwrites rendered files that were edited by hand. @default false */
  readonly force?: boolean
  /** Approves a mass deletion: the number of stores as typed by an admin, or `'released'` for the whole set. */
  readonly allowMassDelete?: number | 'released'
  readonly reason?: string
  readonly ticket?: string
}

/** One kind of change. Pure, because it runs again on a newer head. */
export interface ChangeOfIntent {
  readonly action: Action
  /** The intent after the change; `null` if there is nothing to do. */
  next(store: StoreFile, at: Snapshot): StoreFile | null
  /** Short facts for the subject of the commit. */
  facts?(before: StoreFile, after: StoreFile): readonly string[]
  readonly trailers?: Readonly<Record<string, string>>
  /** Renders and compares the files even if the intent is unchanged. @default false */
  readonly always?: boolean
}

export interface Changed {
  readonly store: Store
  readonly landed: Landed
  /** What the change does not do although a reader might expect it. */
  readonly warnings: readonly Warning[]
}

/** Attempts to read the committed folder before the request fails because of concurrent changes. */
const MAX_READS = 4

/**
 * Changes the intent of one store and renders it.
 * @throws StoreError `store_not_found`, `invalid_store`, `store_modified`, `precondition_failed`, `lifecycle_conflict`,
 *   `grow_only`, `store_limit_reached`, `mass_delete_brake`, `conflict`, and every code of `StoresRepo.change`
 */
export async function changeStore(
  deps: Pick<OperationDeps, 'repo' | 'views' | 'sealer' | 'clock'>,
  request: StoreRequest,
  change: ChangeOfIntent,
  by: Requester,
  options: ChangeOptions = {},
): Promise<Changed> {
  const landed = await changeIntent(deps, request, change, by, options)
  // A change without a commit returns no record.
  const record = landed.record ?? landed.snapshot.stores.get(request.name) ?? null
  if (record === null) {
    throw new StoreError('conflict', 'the store was removed right after it was changed')
  }
  return { store: deps.views.present(record, landed.snapshot), landed, warnings: [] }
}

/** {@link changeStore} without a view of the store. */
export async function changeIntent(
  deps: Pick<OperationDeps, 'repo' | 'sealer' | 'clock'>,
  request: StoreRequest,
  change: ChangeOfIntent,
  by: Requester,
  options: ChangeOptions = {},
): Promise<Landed> {
  // Read once, because the decision runs again on a newer head and must not depend on a clock.
  const now = deps.clock.now()
  for (let read = 1; ; read += 1) {
    const folder = await committedFolder(deps, request, change)
    let overtaken = false
    const render = renderOnce()
    const decide = (at: Snapshot) => {
      overtaken = folder !== null && !isOf(folder, at.stores.get(request.name))
      if (overtaken) throw new StoreError('conflict', OVERTAKEN)
      return decideChange({ request, change, by, now, render }, at, folder)
    }
    try {
      return await deps.repo.change(by, decide, options)
    } catch (error) {
      if (!overtaken || read >= MAX_READS) throw error
    }
  }
}

const OVERTAKEN = 'the store changed while this request was waiting'

/** The parts of the committed files that a re-render reuses, and the intent they belong to. */
interface CommittedFolder {
  readonly intentBlob: string
  readonly tree: string
  /** Leading comment lines of store.yaml, which an edit keeps. */
  readonly comment: string
  /** Text by path below the store's folder. */
  readonly files: ReadonlyMap<string, string>
  /** Ciphertexts for the intent after the change; `null` in other secrets modes. */
  readonly sealed: SealedSecrets | null
  /** Set if the newest commit was pushed and may be refused: the last admitted intent, or `null` if there is none. */
  readonly admitted?: StoreFile | null
}

/**
 * Reads and seals before `decide`, because `decide` is synchronous and may run often, and sealing is
 * randomised.
 * @returns `null` if there is no such store
 */
async function committedFolder(
  { repo, sealer }: Pick<OperationDeps, 'repo' | 'sealer'>,
  { name }: StoreRequest,
  change: ChangeOfIntent,
): Promise<CommittedFolder | null> {
  const at = repo.snapshot()
  const record = at.stores.get(name)
  if (record === undefined) return null
  const listed = await repo.files(record.team, name, at.head)
  const files = new Map(listed.files.map(({ path, content }) => [path, content]))
  const text = (path: string) => files.get(path) ?? ''
  const { intentBlob, manifestsTree: tree, intent } = record
  const comment = leadingComment(text('store.yaml'))
  const admitted =
    record.last.requestId === null
      ? ((await admittedIntent(repo, record)) ?? renderedIntent(record))
      : undefined
  const read = {
    intentBlob,
    tree,
    comment,
    files,
    ...compact({ admitted }),
  }
  const after = intent === null ? null : (change.next(intent, at) ?? intent)
  if (after?.secretsMode !== 'sealed') return { ...read, sealed: null }
  const committed = parseSealedSecrets(text(SEALED_FILE), namespaceOf(name))
  const certificate = at.platform.secrets.certificate ?? ''
  return { ...read, sealed: sealStore(sealer, certificate, after, committed) }
}

/** Is the store unchanged since it was read? A removed store counts as unchanged and is reported as not found. */
function isOf(folder: CommittedFolder, record: StoreRecord | undefined): boolean {
  if (record === undefined) return true
  const { intentBlob, manifestsTree } = record
  return intentBlob === folder.intentBlob && manifestsTree === folder.tree
}

interface Asked {
  readonly request: StoreRequest
  readonly change: ChangeOfIntent
  readonly by: Requester
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly render: typeof renderStore
}

function decideChange(
  { request, change, by, now, render }: Asked,
  at: Snapshot,
  folder: CommittedFolder | null,
): StoreChange | 'unchanged' {
  const record = declaredStore(at, request.name, request.team)
  requireMatch(record, request.ifMatch)
  const before = readable(record)
  if (change.always !== true && request.force !== true) requireRendered(record)
  const after = change.next(before, at)
  if (after === null) return 'unchanged'
  const admitted = folder?.admitted === undefined ? before : folder.admitted
  if (admitted === before) admitChange(before, after, at)
  else admitOverPush(admitted, after, at, now)
  const { state } = after.lifecycle
  const ends = isDeparture(admitted?.lifecycle.state ?? 'active', state)
  const approved = ends && requireWithinLimit(at, record, now, request.allowMassDelete)
  const files = render(after, at.platform, {
    before: record.app,
    objectFormat: objectFormatOf(at.head),
    ...(folder === null ? {} : { comment: folder.comment, sealed: folder.sealed }),
  })
  // Equal files need a new commit if an untrusted commit brought them, for the sake of its proof.
  if (folder !== null && !isEdited(record) && holds(folder, files)) return 'unchanged'
  return {
    team: after.team,
    name: after.name,
    action: change.action,
    intent: readBack(after),
    facts: change.facts?.(before, after) ?? [],
    trailers: {
      ...change.trailers,
      ...releaseTrailers(before, after, at.platform, files),
      // A revert can delete a store too, so the trailer records it.
      ...(ends && !departs(change.action, undefined) ? { Lifecycle: state } : {}),
      ...(approved ? { 'Mass-Delete-Approved-By': by.subject } : {}),
    },
    ...compact({ reason: request.reason, ticket: request.ticket }),
    files,
  }
}

/** Are exactly these files committed already? Then a commit would be empty. */
function holds(
  { files: committed }: CommittedFolder,
  files: ReadonlyMap<string, Uint8Array>,
): boolean {
  const decoder = new TextDecoder()
  return (
    committed.size === files.size &&
    [...files].every(([path, bytes]) => committed.get(path) === decoder.decode(bytes))
  )
}

/** The ETag is the version of the intent, so a status change in Argo CD does not change it. */
function requireMatch({ intentBlob }: StoreRecord, ifMatch: string | undefined): void {
  const etag = `"${intentBlob}"`
  if (ifMatch === undefined || ifMatch === '*' || ifMatch === etag) return
  throw new StoreError('precondition_failed', 'the store has changed since you read it', {
    extra: { etag },
  })
}

function readable({ intent, problems }: StoreRecord): StoreFile {
  if (intent !== null) return intent
  throw new StoreError('invalid_store', 'store.yaml of this store does not parse', {
    errors: problems,
    hint: 'Correct store.yaml in the stores repo first.',
  })
}

function requireRendered(record: StoreRecord): void {
  if (!isModified(record)) return
  throw new StoreError('store_modified', 'rendered files of this store were edited by hand')
}
