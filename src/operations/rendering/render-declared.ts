import type { AppFile } from '../../contract/app-file.ts'
import type { ProblemDetail } from '../../contract/problem.ts'
import type { SealedSecrets } from '../../contract/sealed-secret.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import { GENERATOR } from '../../contract/version.ts'
import { pushedProblems } from '../../domain/admission/admit-push.ts'
import {
  isDeparture,
  isStepOut,
  type MassDeletion,
  massDeletionAt,
  massDeletionSentence,
} from '../../domain/admission/mass-delete-limit.ts'
import { largerStorage } from '../../domain/admission/revert.ts'
import { StoreError } from '../../domain/errors.ts'
import { foreignKeys, namespaceOf } from '../../domain/layout.ts'
import { objectFormatOf } from '../../domain/object-format.ts'
import type { OperationDeps, StoreChange } from '../../domain/ports.ts'
import type { Sealer } from '../../domain/sealer.ts'
import { isEdited, newerGenerator, type Snapshot, type StoreRecord } from '../../domain/snapshot.ts'
import { printAppFile } from '../../repo-files/app-file.ts'
import { parseSealedSecrets, SEALED_FILE } from '../../repo-files/sealed-file.ts'
import { leadingComment } from '../../repo-files/store-file.ts'
import { admittedIntent, lastReadableApp, renderedIntent } from './former-intent.ts'
import { renderOnce } from './render-once.ts'
import { renderStore } from './render-store.ts'
import { sealStore } from './seal-store.ts'

/** Input for rendering a store: its committed files and its last admitted intent. */
export interface Declared {
  readonly record: StoreRecord
  /** Text by path below the store's folder. */
  readonly files: ReadonlyMap<string, string>
  /** The last admitted intent of the store; `null` if there is none. */
  readonly former: StoreFile | null
  /** `former` is the intent at head, because no commit of the store is proven. Enough to detect that nothing changed. */
  readonly guessed: boolean
  readonly sealed: SealedSecrets | null
  /** The newest readable app.json. Set only if the one at head is unreadable or names another store. */
  readonly lastApp: AppFile | null
  /** Milliseconds since the epoch. */
  readonly readAt: number
}

/** What to do about a declared store. */
export type Finding =
  | { readonly is: 'settled' }
  | { readonly is: 'render'; readonly change: StoreChange }
  /** store.yaml does not parse; the record says why. */
  | { readonly is: 'invalid' }
  /** The manifests match neither a render of ours nor the current one, and platform.yaml says to report that. */
  | { readonly is: 'modified' }
  /** Rendered by a newer generator, as proven by one of our commits. */
  | { readonly is: 'newer' }
  /** store.yaml parses but is not allowed, so the earlier manifests stay. */
  | { readonly is: 'refused'; readonly problems: readonly ProblemDetail[] }

/**
 * Reads the input of {@link renderDeclared}. Call it before `decide`, which is synchronous.
 * @param guess skips the history of a store without a proven commit; if the store then needs a
 *   render, it must be read again
 */
export async function readDeclared(
  deps: Pick<OperationDeps, 'repo' | 'sealer' | 'clock'>,
  record: StoreRecord,
  at: Snapshot,
  guess = false,
): Promise<Declared> {
  const listed = await deps.repo.files(record.team, record.name, at.head)
  const files = new Map(listed.files.map(({ path, content }) => [path, content]))
  const byHand = record.last.requestId === null
  const guessed = guess && byHand && record.rendered === null ? renderedIntent(record) : null
  const former = guessed ?? (byHand ? await admittedIntent(deps.repo, record) : record.intent)
  const { app, intent, manifestsTree } = record
  const unusable = app === null || foreignKeys(app, record).length > 0
  const blocking = unusable && intent === null && manifestsTree !== ''
  const lastApp = blocking ? await lastReadableApp(deps.repo, record, at.platform) : null
  const sealed = sealedFor(deps.sealer, record, files, at)
  const readAt = deps.clock.now()
  return { record, files, former, guessed: guessed !== null, sealed, lastApp, readAt }
}

/** Renders one store, possibly on another thread, with the same result. @throws StoreError as `renderStore` */
export type RenderStore = (
  ...input: Parameters<typeof renderStore>
) => Promise<ReturnType<typeof renderStore>>

/**
 * Renders the store ahead of {@link renderDeclared}, which is synchronous, if that will need it.
 * Never rejects: an error of the render is thrown by the returned function.
 */
export async function renderAhead(
  declared: Declared,
  at: Snapshot,
  render: RenderStore,
): Promise<typeof renderStore> {
  const { record, former } = declared
  const { intent } = record
  if (intent === null || isOfNewer(record)) return renderStore
  const input = inputOf(declared, withVolumes(intent, former), at)
  const give = await render(...input).then(
    (files) => () => files,
    (error: unknown) => () => {
      throw error
    },
  )
  return renderOnce({ input, give })
}

/**
 * Decides what to do about the store at this head. Pure.
 * @param render returns the files rendered ahead, or renders
 */
export function renderDeclared(
  declared: Declared,
  at: Snapshot,
  render: typeof renderStore = renderStore,
): Finding {
  const { record, files, former, lastApp, readAt } = declared
  const { intent } = record
  if (isOfNewer(record)) return { is: 'newer' }
  if (intent === null) return lastApp === null ? { is: 'invalid' } : withApp(declared, lastApp)
  const modified = isEdited(record)
  const wanted = withVolumes(intent, former)
  const text = files.get('store.yaml') ?? ''
  try {
    const rendered = render(...inputOf(declared, wanted, at))
    const after = wanted === intent ? new Map([...rendered, ['store.yaml', utf8(text)]]) : rendered
    const same = holds(files, after)
    const differs = !same || record.unsigned === true
    if (modified && differs && at.platform.onModified === 'report') return { is: 'modified' }
    // A plain git revert across an upgrade brings complete, matching files, but the step is forbidden.
    if (former !== null) {
      const problems = pushedProblems(former, wanted, at, readAt)
      if (problems.length > 0) return { is: 'refused', problems }
    }
    // Equal files from an untrusted push still need a commit of ours, for its proof.
    if (same && !modified) return { is: 'settled' }
    const problems = pushedProblems(former, wanted, at, readAt)
    if (problems.length > 0) return { is: 'refused', problems }
    const facts = wanted === intent ? factsOf(record, modified, same) : ['volumes keep their size']
    if (former === null || !isStepOut(former.lifecycle.state, wanted.lifecycle.state)) {
      return { is: 'render', change: changeOf(record, facts, after) }
    }
    const counts = isDeparture(former.lifecycle.state, wanted.lifecycle.state)
    const massDeletion = counts ? massDeletionAt(at, record, readAt) : null
    if (massDeletion !== null) return { is: 'refused', problems: [heldBy(massDeletion)] }
    const action = wanted.lifecycle.state === 'purge' ? 'purge' : 'delete'
    return { is: 'render', change: { ...changeOf(record, ['pushed', ...facts], after), action } }
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'invalid_store') throw error
    const problems =
      error.errors.length > 0 ? error.errors : [{ pointer: '#', detail: error.message }]
    return { is: 'refused', problems }
  }
}

function inputOf(
  { record, files, sealed }: Declared,
  wanted: StoreFile,
  at: Snapshot,
): Parameters<typeof renderStore> {
  const comment = leadingComment(files.get('store.yaml') ?? '')
  const objectFormat = objectFormatOf(at.head)
  return [wanted, at.platform, { before: record.app, sealed, comment, objectFormat }]
}

/** Is this store managed by a server with a newer generator? */
export function isOfNewer(record: StoreRecord): boolean {
  return newerGenerator(record, GENERATOR) !== null
}

/** The problem shown for a pushed deletion that is held. */
export function heldBy(massDeletion: MassDeletion): ProblemDetail {
  const detail = `is held: ${massDeletionSentence(massDeletion)}; release it as an admin, or revert the push`
  return { pointer: '#/lifecycle/state', detail }
}

/**
 * A change of plan grows volumes, so its plain `git revert` declares smaller ones. The plan is
 * reverted and the volumes keep their size. This is the only case in which a render corrects
 * store.yaml.
 */
function withVolumes(intent: StoreFile, former: StoreFile | null): StoreFile {
  if (former === null || former.plan === intent.plan) return intent
  const storage = largerStorage(former.storage, intent.storage)
  const { uploads, database, backups } = intent.storage
  const same =
    storage.uploads === uploads && storage.database === database && storage.backups === backups
  return same ? intent : { ...intent, storage }
}

/** Is the store unchanged since it was read? */
export function isSame(read: StoreRecord, now: StoreRecord | undefined): boolean {
  return (
    now?.team === read.team &&
    now.intentBlob === read.intentBlob &&
    now.manifestsTree === read.manifestsTree &&
    now.app === read.app &&
    now.unsigned === read.unsigned
  )
}

function factsOf(
  { app, manifestsTree }: StoreRecord,
  modified: boolean,
  same: boolean,
): readonly string[] {
  if (modified) return [same ? 'as pushed' : 'over a hand edit']
  if (app !== null) return []
  return manifestsTree === '' ? ['new in Git'] : ['app.json could not be read']
}

function changeOf(
  { team, name }: StoreRecord,
  facts: readonly string[],
  files: StoreChange['files'],
): StoreChange {
  return { team, name, action: 'render', facts, files }
}

/** An unreadable app.json blocks the ApplicationSet for every store, so it is replaced by the last readable one. */
function withApp({ record, files }: Declared, lastApp: AppFile): Finding {
  const kept = [...files]
    .filter(([path]) => path === 'store.yaml' || /^manifests\/[a-z0-9-]+\.yaml$/.test(path))
    .map(([path, text]) => [path, utf8(text)] as const)
  const after = new Map([...kept, ['app.json', utf8(printAppFile(lastApp))]])
  const change = changeOf(record, ['app.json could not be read'], after)
  // The manifests are kept, so the commit must not count as a proof of them.
  return { is: 'render', change: { ...change, trailers: { Kept: 'manifests' } } }
}

function holds(
  committed: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, Uint8Array>,
): boolean {
  const decoder = new TextDecoder()
  return (
    committed.size === files.size &&
    [...files].every(([path, bytes]) => committed.get(path) === decoder.decode(bytes))
  )
}

function sealedFor(
  sealer: Sealer,
  { name, intent }: StoreRecord,
  files: ReadonlyMap<string, string>,
  { platform }: Snapshot,
): SealedSecrets | null {
  const { certificate } = platform.secrets
  if (intent?.secretsMode !== 'sealed' || certificate === null) return null
  const committed = parseSealedSecrets(files.get(SEALED_FILE) ?? '', namespaceOf(name))
  return sealStore(sealer, certificate, intent, committed)
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
