import { commitMessage } from '../../../domain/commit-message.ts'
import { StoreError } from '../../../domain/errors.ts'
import { objectFormatOf } from '../../../domain/object-format.ts'
import type { StoreChange } from '../../../domain/ports.ts'
import type { KeyRing } from '../../../domain/provenance.ts'
import { newerGenerator, type Snapshot } from '../../../domain/snapshot.ts'
import { parseAppFile } from '../../../repo-files/app-file.ts'
import { checkedPath } from './fast-import.ts'
import { type FolderMove, parseIntent, type StoreFolder } from '../read/fleet.ts'
import type { HistoryIndex, Landing } from '../read/history-index.ts'
import type { Item } from './item.ts'
import { blobId, folderIds, treeId } from '../cache/objects.ts'
import { WorkingSnapshot } from './working-snapshot.ts'

/** A decision that becomes a commit. */
export interface Draft {
  readonly item: Item
  readonly change: StoreChange
  readonly message: string
  readonly move: FolderMove
}

/** An item that needs no commit. */
export interface Verdict {
  readonly item: Item
  /** Refused, nothing to do, or found on the branch already. */
  readonly said:
    | StoreError
    | Error
    | 'unchanged'
    | { readonly found: Landing; readonly replayed: boolean }
  /** True: it was decided beside drafts of other items, so it holds only if those land. */
  readonly conditional: boolean
}

export interface Decisions {
  readonly drafts: readonly Draft[]
  readonly verdicts: readonly Verdict[]
}

export interface Deciding {
  readonly at: Snapshot
  readonly history: HistoryIndex
  /** Semver of our generator. */
  readonly generator: string
  /** A store that a newer generator wrote may be written by ours. */
  readonly allowDowngrade: boolean
  readonly keys: KeyRing
}

/** Runs each decision on the snapshot as the ones before it left it. Pure apart from what `decide` is. */
export class Decider {
  readonly #on: Deciding
  readonly #working: WorkingSnapshot
  readonly #drafts: Draft[] = []
  readonly #verdicts: Verdict[] = []

  constructor(on: Deciding) {
    this.#on = on
    this.#working = new WorkingSnapshot(on.at)
  }

  /** Everything decided so far. */
  get decisions(): Decisions {
    return { drafts: this.#drafts, verdicts: this.#verdicts }
  }

  /** @returns the item as a commit to be, `null`: it needs none */
  decide(item: Item, nowMs: number): Draft | null {
    const { at, history, generator, allowDowngrade, keys } = this.#on
    const conditional = this.#drafts.length > 0
    try {
      const found = findLanding(item, history, nowMs)
      const decided = found ?? item.decide(this.#working.snapshot)
      if (decided === 'unchanged' || 'found' in decided) {
        this.#verdicts.push({ item, said: decided, conditional })
        return null
      }
      refuseConflict(item, decided, at)
      if (!allowDowngrade) refuseDowngrade(decided, at, generator)
      const draft = draftOf(item, decided, { head: at.head, generator, keys })
      // The commit has no id yet; it gets one when it is imported.
      this.#working.put(draft, {
        commit: '',
        at: new Date(nowMs).toISOString(),
        action: decided.action,
        requestId: item.by.requestId,
        by: item.by.subject,
        source: item.by.source,
      })
      this.#drafts.push(draft)
      return draft
    } catch (error) {
      const said = error instanceof Error ? error : new Error(String(error))
      this.#verdicts.push({ item, said, conditional })
      return null
    }
  }
}

/** The same request or key on the branch already. @throws StoreError `idempotency_key_reused` */
function findLanding(item: Item, history: HistoryIndex, nowMs: number) {
  const own = history.request(item.by.requestId)
  if (own !== undefined) return { found: own, replayed: false }
  if (item.idempotency === undefined) return null
  const found = history.key(item.idempotency.keyHash, nowMs)
  if (found === undefined) return null
  if (found.inputDigest !== item.idempotency.inputDigest) throw keyReused()
  return { found, replayed: true }
}

export function keyReused(): StoreError {
  return new StoreError(
    'idempotency_key_reused',
    'this idempotency key was used for another request in the last 24 hours',
  )
}

/**
 * A request that changes a store which somebody else changed between two of its runs must not win silently.
 * @throws StoreError `conflict`
 */
function refuseConflict(item: Item, change: StoreChange, base: Snapshot): void {
  const commit = base.stores.get(change.name)?.last.commit ?? null
  item.firstSeen ??= { name: change.name, commit }
  const { name, commit: yours } = item.firstSeen
  if (name !== change.name || yours === commit) return
  throw new StoreError('conflict', 'the store was changed by someone else meanwhile', {
    extra: { yours, theirs: commit },
  })
}

/**
 * During a rolling update the older of two servers must not render back what the newer one rendered.
 * @throws StoreError `generator_outdated`
 */
function refuseDowngrade(change: StoreChange, base: Snapshot, generator: string): void {
  const record = base.stores.get(change.name)
  const wrote = record === undefined ? null : newerGenerator(record, generator)
  if (change.files.size === 0 || wrote === null) return
  throw new StoreError('generator_outdated', 'a newer server wrote this store', {
    extra: { generator: wrote },
  })
}

/** @throws Error a file that is none of a store: a bug of the caller */
function draftOf(
  item: Item,
  change: StoreChange,
  { head, generator, keys }: Pick<Deciding, 'generator' | 'keys'> & { readonly head: string },
): Draft {
  const folder = folderOf(item, change, head)
  const outputDigest =
    folder.manifestsTree === '' ? treeId([], objectFormatOf(head)) : folder.manifestsTree
  const storeTree = change.files.size === 0 ? null : folder.id
  const facts = { storeTree, outputDigest, generator, idempotency: item.idempotency }
  return {
    item,
    change,
    message: commitMessage(change, item.by, facts, keys),
    move: { team: change.team, name: change.name, after: change.files.size === 0 ? null : folder },
  }
}

/** The folder that the files make; an item that decides for the same files again has it already. */
function folderOf(item: Item, change: StoreChange, head: string): StoreFolder {
  if (item.made?.files === change.files) return item.made.folder
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
  const folder: StoreFolder = {
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
  const known = item.made?.folder.id === folder.id ? item.made.heldBy : null
  item.made = { files: change.files, folder, heldBy: known }
  return folder
}
