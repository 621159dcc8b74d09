import { STORE_NAME } from '../../../contract/names.ts'
import type { Change } from '../../../contract/store.ts'
import { StoreError } from '../../../domain/errors.ts'
import { CappedFiles, type FileCap, intentFirst } from '../../../domain/file-cap.ts'
import { storeFolder } from '../../../domain/layout.ts'
import type { StoresRepo } from '../../../domain/ports.ts'
import type { Snapshot, StoreRecord } from '../../../domain/snapshot.ts'
import type { Cache } from '../cache/cache.ts'
import type { ObjectReader } from '../cache/object-reader.ts'
import { FILE_MODE, FOLDER_MODE } from '../cache/objects.ts'
import { isObjectId } from '../process/argv.ts'
import { type AuditedChange, changeOf, revertsOf } from './audit-log.ts'
import { commitsOfPath, type LoggedCommit } from './commit-log.ts'
import { readFolder, readText, readTree } from './fleet.ts'
import type { Landing } from './history-index.ts'
import type { Provenance } from './provenance.ts'
import { recordOf } from './snapshots.ts'

/**
 * The store at the commit of a landed request; `null` if that commit removed it.
 * @throws ObjectReadError
 */
export async function recordAt(
  objects: ObjectReader,
  snapshot: Snapshot,
  landing: Landing,
): Promise<StoreRecord | null> {
  const { team, name, ref } = landing
  const now = snapshot.stores.get(name)
  const same = now?.team === team
  if (same && now.last.commit === ref.commit) return now
  const tree = await objects.info(`${ref.commit}:${storeFolder(team, name)}`)
  if (tree?.type !== 'tree') return null
  const folder = await readFolder(objects, team, name, tree.id)
  const rendered = { trees: [folder.manifestsTree], generator: landing.generator }
  const created = same ? now.created : ref
  return recordOf(folder, { created, last: ref, rendered, folder: null })
}

export interface FileAt {
  /** Relative to the store's folder. */
  readonly path: string
  readonly content: string
}

/**
 * Regular files of one store at a commit, sorted by path, without symbolic links, submodules and
 * files above 1 MiB.
 * @param cap limit of the response @default all files
 * @throws StoreError `commit_not_found`, `store_not_found`
 * @throws ObjectReadError
 */
export async function filesAt(
  cache: Cache,
  head: string,
  team: string,
  name: string,
  at: string | undefined,
  cap?: FileCap,
): Promise<{ commit: string; files: FileAt[]; truncated: boolean }> {
  const commit = at ?? head
  // The cache also holds commits that lost a race and never were on the branch.
  if (commit !== head && !(isObjectId(commit) && (await cache.isAncestor(commit, head)))) {
    throw new StoreError('commit_not_found', 'the branch has no such commit')
  }
  const tree = isFolderName(team, name)
    ? await cache.objects.info(`${commit}:${storeFolder(team, name)}`)
    : null
  if (tree?.type !== 'tree') {
    throw new StoreError('store_not_found', 'the store does not exist at that commit')
  }
  const listed = await blobsBelow(cache.objects, tree.id, '', 0)
  const { files, truncated } =
    cap === undefined
      ? { files: await textsOf(cache.objects, listed), truncated: false }
      : await cappedTexts(cache.objects, listed, cap)
  return { commit, files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), truncated }
}

const MAX_DEPTH = 4

interface BlobAt {
  readonly path: string
  readonly id: string
}

async function blobsBelow(
  objects: ObjectReader,
  tree: string,
  prefix: string,
  depth: number,
): Promise<BlobAt[]> {
  const rows = await readTree(objects, tree)
  const found = await Promise.all(
    rows.map(async ({ mode, name, id }): Promise<BlobAt[]> => {
      const path = `${prefix}${name}`
      if (mode === FOLDER_MODE) {
        return depth < MAX_DEPTH ? blobsBelow(objects, id, `${path}/`, depth + 1) : []
      }
      return mode === FILE_MODE ? [{ path, id }] : []
    }),
  )
  return found.flat()
}

async function textsOf(objects: ObjectReader, blobs: readonly BlobAt[]): Promise<FileAt[]> {
  const texts = await Promise.all(
    blobs.map(async ({ path, id }) => ({ path, content: await readText(objects, id) })),
  )
  return texts.flatMap(({ path, content }) => (content === null ? [] : [{ path, content }]))
}

/** Blobs read concurrently under a cap. Reading stops when the cap is reached. */
const AT_ONCE = 64

async function cappedTexts(objects: ObjectReader, blobs: readonly BlobAt[], cap: FileCap) {
  const capped = new CappedFiles(cap)
  const order = blobs.toSorted((a, b) => intentFirst(a.path, b.path))
  for (let at = 0; at < order.length && !capped.truncated; at += AT_ONCE) {
    const texts = await textsOf(objects, order.slice(at, at + AT_ONCE))
    texts.every((file) => capped.take(file))
  }
  return { files: capped.taken, truncated: capped.truncated }
}

/**
 * Tree id of `manifests/` at a commit; `''`: no such folder, `null`: no such commit.
 * @throws ObjectReadError
 */
export async function manifestsTreeAt(
  cache: Cache,
  snapshot: Snapshot,
  commit: string,
  team: string,
  name: string,
): Promise<string | null> {
  if (commit === snapshot.head) {
    const record = snapshot.stores.get(name)
    if (record?.team === team) return record.manifestsTree
  }
  if (!isObjectId(commit)) return null
  if (!isFolderName(team, name)) return ''
  const tree = await cache.objects.info(`${commit}:${storeFolder(team, name)}/manifests`)
  if (tree?.type === 'tree') return tree.id
  return (await cache.objects.info(commit))?.type === 'commit' ? '' : null
}

/**
 * Commits of one store, newest first. Each page walks the whole list, because a walk from a cursor
 * would miss commits of side branches.
 * @throws StoreError `commit_not_found` for an unknown cursor
 * @throws LogReadError
 */
export async function historyOf(
  cache: Cache,
  head: string,
  team: string,
  name: string,
  page: { readonly limit: number; readonly cursor?: string },
  provenance: Provenance,
): Promise<{ changes: Change[]; next: string | null }> {
  if (!isFolderName(team, name)) return { changes: [], next: null }
  const read = await commitsOfPath(cache.profile, head, storeFolder(team, name))
  const commits = entriesOn(team, name, await provenance.judge(read))
  const after = commits.findLastIndex((commit) => commit.id === page.cursor)
  if (page.cursor !== undefined && after < 0) {
    throw new StoreError('commit_not_found', 'the cursor is not a commit of this store')
  }
  const reverts = revertsOf(commits)
  const rows = commits.slice(after + 1, after + 1 + page.limit)
  const more = after + 1 + page.limit < commits.length
  return {
    changes: rows.map((commit) => changeOf(commit, [name], reverts)),
    next: more ? (rows.at(-1)?.id ?? null) : null,
  }
}

/**
 * Keeps the entries that concern this store, where a commit has several. A single entry always
 * concerns it.
 */
function entriesOn(team: string, name: string, entries: readonly LoggedCommit[]): LoggedCommit[] {
  const on = `${team}/${name}`
  const covered = new Set(
    entries.flatMap(({ id, beside }) => (beside?.has(on) === true ? [id] : [])),
  )
  return entries.filter(({ id, said, beside }) => {
    if (beside !== undefined) return !covered.has(id)
    return said.store === null || (said.store === name && said.team === team)
  })
}

/**
 * The page of matching changes after a cursor; `next` is the cursor of the next page.
 * @throws StoreError `commit_not_found` for a cursor that is not on the branch
 */
export async function pageOf(
  changes: AsyncIterable<AuditedChange>,
  { limit, cursor, matching }: Parameters<StoresRepo['audit']>[0],
): Promise<{ changes: Change[]; next: string | null }> {
  const page: Change[] = []
  // Changes of one commit stay on one page, because a cursor is a commit id.
  let found = cursor === undefined
  for await (const { change, teams } of changes) {
    if (change.commit === cursor) found = true
    else if (found && matching(change, teams)) {
      const last = page.at(-1)?.commit ?? null
      if (page.length >= limit && change.commit !== last) return { changes: page, next: last }
      page.push(change)
    }
  }
  if (!found) throw new StoreError('commit_not_found', 'the cursor is not a commit of the branch')
  return { changes: page, next: null }
}

/**
 * True if both are valid folder names. They become part of a git revision, so nothing else is
 * allowed.
 */
function isFolderName(team: string, name: string): boolean {
  return STORE_NAME.test(team) && STORE_NAME.test(name)
}
