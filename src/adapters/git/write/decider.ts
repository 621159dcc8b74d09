import { StoreError } from '../../../domain/errors.ts'
import { commitMessage } from '../../../domain/history/commit-message.ts'
import { objectFormatOf } from '../../../domain/object-format.ts'
import type { StoreChange } from '../../../domain/ports.ts'
import type { KeyRing } from '../../../domain/provenance.ts'
import { newerGenerator, type Snapshot } from '../../../domain/snapshot.ts'
import { parseAppFile } from '../../../repo-files/app-file.ts'
import { blobId, folderIds, treeId } from '../cache/objects.ts'
import { type FolderMove, parseIntent, type StoreFolder } from '../read/fleet.ts'
import type { HistoryIndex, Landing } from '../read/history-index.ts'
import { snapshotAfter } from '../read/snapshots.ts'
import { checkedPath } from './fast-import.ts'
import type { WriteRequest } from './write-request.ts'

/** A decision that becomes a commit. */
export interface Draft {
  readonly request: WriteRequest
  readonly change: StoreChange
  readonly message: string
  readonly move: FolderMove
}

/** The outcome of a request that needs no commit. */
export interface Verdict {
  readonly request: WriteRequest
  /** Refused, unchanged, or already on the branch. */
  readonly said:
    | StoreError
    | Error
    | 'unchanged'
    | { readonly found: Landing; readonly replayed: boolean }
  /** True: it was decided on top of drafts of other requests, so it holds only if those land. */
  readonly conditional: boolean
}

export interface Decisions {
  readonly drafts: readonly Draft[]
  readonly verdicts: readonly Verdict[]
}

export interface Deciding {
  readonly at: Snapshot
  /** False: the snapshot is what a push in flight will leave, not what the remote has. */
  readonly isOnBranch: boolean
  readonly history: HistoryIndex
  /** Semver of our generator. */
  readonly generator: string
  /** Allow writing a store that a newer generator wrote. */
  readonly allowDowngrade: boolean
  readonly keys: KeyRing
}

/**
 * Runs each decision on the snapshot that the previous decisions left. Pure if `decide` is pure.
 */
export class Decider {
  readonly #on: Deciding
  /** The snapshot that the commits decided so far will leave. */
  #after: Snapshot
  readonly #drafts: Draft[] = []
  readonly #verdicts: Verdict[] = []

  constructor(on: Deciding) {
    this.#on = on
    this.#after = on.at
  }

  /** Everything decided so far. */
  get decisions(): Decisions {
    return { drafts: this.#drafts, verdicts: this.#verdicts }
  }

  /** @returns the draft of the request's commit; `null`: the request needs no commit */
  decide(request: WriteRequest, nowMs: number): Draft | null {
    const { at, isOnBranch, history, generator, allowDowngrade, keys } = this.#on
    const conditional = this.#drafts.length > 0
    request.decided()
    try {
      const found = findLanding(request, history, nowMs)
      if (found === null && isOnBranch) request.notOn(at.head)
      const decided = found ?? request.decide(this.#after)
      if (decided === 'unchanged' || 'found' in decided) {
        this.#verdicts.push({ request, said: decided, conditional })
        return null
      }
      refuseConflict(request, decided, at)
      if (!allowDowngrade) refuseDowngrade(decided, at, generator)
      const draft = draftOf(request, decided, { head: at.head, generator, keys })
      // The commit has no id yet; it gets one when it is imported.
      this.#after = snapshotAfter(this.#after, draft, {
        commit: '',
        at: new Date(nowMs).toISOString(),
        action: decided.action,
        requestId: request.by.requestId,
        by: request.by.subject,
        source: request.by.source,
      })
      this.#drafts.push(draft)
      return draft
    } catch (error) {
      const said = error instanceof Error ? error : new Error(String(error))
      this.#verdicts.push({ request, said, conditional })
      return null
    }
  }
}

/**
 * Finds a commit of the same request or idempotency key.
 * @throws StoreError `idempotency_key_reused`
 */
function findLanding({ by, idempotency }: WriteRequest, history: HistoryIndex, nowMs: number) {
  const own = history.request(by.requestId)
  if (own !== undefined) return { found: own, replayed: false }
  if (idempotency === undefined) return null
  const found = history.key(idempotency.keyHash, nowMs)
  if (found === undefined) return null
  if (found.inputDigest !== idempotency.inputDigest) throw keyReused()
  return { found, replayed: true }
}

export function keyReused(): StoreError {
  return new StoreError(
    'idempotency_key_reused',
    'this idempotency key was used for another request in the last 24 hours',
  )
}

/**
 * Refuses a request if its store changed between two runs of the decision, so it cannot overwrite
 * that change silently.
 * @throws StoreError `conflict`
 */
function refuseConflict(request: WriteRequest, change: StoreChange, base: Snapshot): void {
  const commit = base.stores.get(change.name)?.last.commit ?? null
  const { name, commit: yours } = request.firstSeen({ name: change.name, commit })
  if (name !== change.name || yours === commit) return
  throw new StoreError('conflict', 'the store changed while this request was waiting', {
    extra: { yours, theirs: commit },
  })
}

/**
 * During a rolling update the older server must not overwrite files that the newer one rendered.
 * @throws StoreError `generator_outdated`
 */
function refuseDowngrade(change: StoreChange, base: Snapshot, generator: string): void {
  const record = base.stores.get(change.name)
  const wrote = record === undefined ? null : newerGenerator(record, generator)
  if (change.files.size === 0 || wrote === null) return
  throw new StoreError('generator_outdated', 'a newer server version wrote this store', {
    extra: { generator: wrote },
  })
}

/**
 * @throws Error the change holds a path that does not belong to a store, which is a bug of the
 * caller
 */
function draftOf(
  request: WriteRequest,
  change: StoreChange,
  { head, generator, keys }: Pick<Deciding, 'generator' | 'keys'> & { readonly head: string },
): Draft {
  const folder = request.folderOf(change.files, () => folderOf(change, head))
  const outputDigest =
    folder.manifestsTree === '' ? treeId([], objectFormatOf(head)) : folder.manifestsTree
  const storeTree = change.files.size === 0 ? null : folder.id
  const facts = { storeTree, outputDigest, generator, idempotency: request.idempotency }
  return {
    request,
    change,
    message: commitMessage(change, request.by, facts, keys),
    move: { team: change.team, name: change.name, after: change.files.size === 0 ? null : folder },
  }
}

/** Computes the store folder from the files. */
function folderOf(change: StoreChange, head: string): StoreFolder {
  for (const path of change.files.keys()) checkedPath(path)
  const algorithm = objectFormatOf(head)
  const ids = folderIds(change.files, algorithm)
  const text = (path: string) => {
    const bytes = change.files.get(path)
    return bytes === undefined ? null : Buffer.from(bytes).toString('utf8')
  }
  const app = change.files.get('app.json')
  const { value, problems } =
    change.intent === undefined
      ? parseIntent(text('store.yaml'), change.team, change.name)
      : { value: change.intent, problems: [] }
  return {
    team: change.team,
    name: change.name,
    id: ids.folder,
    intent: value,
    problems,
    intentBlob: ids.intentBlob,
    app: parseAppFile(text('app.json') ?? ''),
    appBlob: app === undefined ? '' : blobId(app, algorithm),
    manifestsTree: ids.manifests,
  }
}
