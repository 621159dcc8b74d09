import { readFile, truncate } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ulid } from 'ulid'
import { STORE_NAME } from '../../../contract/names.ts'
import { compact } from '../../../domain/compact.ts'
import { storeFolder } from '../../../domain/layout.ts'
import type { StoreChange } from '../../../domain/ports.ts'
import { isObjectId } from '../process/argv.ts'
import { type GitExit, type GitProcessProfile, streamGit } from '../process/git.ts'

/** One commit to create. */
export interface NewCommit {
  readonly change: StoreChange
  readonly message: string
  /**
   * Tree of the change's files, if the repository holds it already, so no file is sent again.
   * @default not known
   */
  readonly tree?: string | null
}

export interface Author {
  readonly name: string
  readonly email: string
}

/** git fast-import failed; nothing was published. */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  readonly exit: GitExit

  constructor(exit: GitExit) {
    super(`git fast-import failed: ${exit.stderr}`)
    this.exit = exit
  }
}

const IMPORT_MS = 30_000
/**
 * Writes files longer than a byte as whole objects; directories stay deltas. By default git deltas
 * each file against the previous one, which in a store is a different kind of file. Later repacks,
 * on any host, reuse such deltas, so a file would never become a delta of the same file in another
 * store.
 * Source: git-fast-import(1); git builtin/pack-objects.c, `check_object`.
 */
const FILES_WHOLE = '--big-file-threshold=1'
/**
 * File in the repository to which fast-import adds a line per pack (git-fast-import(1),
 * `--export-pack-edges`).
 */
const PACK_NOTES = 'storewright-packs'
/** Size at which the file is emptied. If a line is missing, git packs the objects again. */
const NOTES_BYTES = 65_536
const NOTE_PACKS = `--export-pack-edges=${PACK_NOTES}`

/** A running import that accepts commits one by one. */
export interface CommitImport {
  /** @throws Error the change holds a path that the API must not write */
  add(commit: NewCommit): void
  /**
   * @returns ids in the order in which the commits were added, the private ref that keeps them
   * until it is discarded, and a function that reads the pack git wrote (see {@link packWith})
   * @throws ImportError
   */
  finish(): Promise<{
    ids: readonly string[]
    ref: string
    pack: () => Promise<Buffer | null>
  }>
}

/**
 * Creates commits on top of `base` as they are added, with one process and one pack. The ref is new
 * for each import, because a killed process may have left an older ref locked.
 * @param atSeconds committer time, seconds since the Unix epoch
 */
export function openImport(
  profile: GitProcessProfile,
  base: string,
  author: Author,
  atSeconds: number,
  signal?: AbortSignal,
): CommitImport {
  const ref = `refs/storewright/tx/${ulid()}`
  const git = streamGit(profile, ['fast-import', '--quiet', '--done', FILES_WHOLE, NOTE_PACKS], {
    timeoutMs: IMPORT_MS,
    ...compact({ signal }),
  })
  let added = 0
  return {
    add(commit) {
      const from = added === 0 ? base : null
      git.write(commitInput(ref, from, commit, added + 1, author, atSeconds))
      added += 1
    },
    async finish() {
      git.write(DONE)
      const exit = await git.end()
      const ids = exit.stdout.toString('utf8').split('\n').filter(isObjectId)
      if (exit.exitCode !== 0 || ids.length !== added) throw new ImportError(exit)
      return { ids, ref, pack: () => packWith(profile.directory, ids.at(-1) ?? '') }
    },
  }
}

/** Creates all commits in one import. @throws ImportError */
export function importCommits(
  profile: GitProcessProfile,
  base: string,
  commits: readonly NewCommit[],
  author: Author,
  atSeconds: number,
  signal?: AbortSignal,
): ReturnType<CommitImport['finish']> {
  const opened = openImport(profile, base, author, atSeconds, signal)
  for (const commit of commits) opened.add(commit)
  return opened.finish()
}

const DONE = Buffer.from('done\n')

/**
 * Input of git-fast-import(1). The store folder is deleted and rewritten, so no stale file
 * survives.
 * @param from parent of the first commit; `null`: the commit before it
 * @param mark number of the commit in this import, from 1
 */
export function commitInput(
  ref: string,
  from: string | null,
  { change, message, tree = null }: NewCommit,
  mark: number,
  author: Author,
  atSeconds: number,
): Buffer {
  const parts: (string | Uint8Array)[] = []
  const block = (bytes: Uint8Array) => parts.push(`data ${bytes.length}\n`, bytes, '\n')
  parts.push(`commit ${ref}\nmark :${mark}\n`)
  parts.push(`committer ${ident(author.name)} <${ident(author.email)}> ${atSeconds} +0000\n`)
  block(Buffer.from(message, 'utf8'))
  if (from !== null) parts.push(`from ${from}\n`)
  const folder = folderOf(change)
  parts.push(`D ${folder}\n`)
  if (tree !== null) parts.push(`M 040000 ${tree} ${folder}\n`)
  for (const [path, bytes] of tree === null ? change.files : []) {
    parts.push(`M 100644 inline ${folder}/${checkedPath(path)}\n`)
    block(bytes)
  }
  parts.push(`get-mark :${mark}\n`)
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
}

/** @throws Error a folder that is not `stores/<team>/<name>`: the API writes nowhere else */
function folderOf(change: StoreChange): string {
  if (!STORE_NAME.test(change.team) || !STORE_NAME.test(change.name)) {
    throw new Error('the team or store name of a change cannot be a folder name')
  }
  return storeFolder(change.team, change.name)
}

/** @throws Error a path that the API must not write */
export function checkedPath(path: string): string {
  if (path === 'store.yaml' || path === 'app.json') return path
  if (/^manifests\/[a-z0-9-]+\.yaml$/.test(path)) return path
  throw new Error('a change holds a path that does not belong to a store')
}

/** Git refuses `<`, `>` and line ends in names and addresses. */
export function ident(text: string): string {
  return text.replaceAll(/[<>\p{Cc}]+/gu, ' ').trim()
}

/**
 * Reads the pack of an import. It holds exactly the objects that the repository did not hold
 * before.
 * @param commit last commit of the import
 * @returns `null`: the pack is unknown or was repacked in the meantime
 */
async function packWith(repository: string, commit: string): Promise<Buffer | null> {
  const file = join(repository, PACK_NOTES)
  const notes = await readFile(file, 'utf8').catch(() => '')
  if (notes.length > NOTES_BYTES) await truncate(file).catch(() => {})
  const path = notes
    .split('\n')
    .findLast((line) => line.endsWith(` ${commit}`))
    ?.split(':', 1)[0]
  if (path === undefined) return null
  return readFile(join(repository, 'objects/pack', basename(path))).catch(() => null)
}
