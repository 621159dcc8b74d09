import { readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isDeparture } from '../../../domain/admission/mass-delete-limit.ts'
import { storeFolder } from '../../../domain/layout.ts'
import type { Vacated } from '../../../domain/snapshot.ts'
import { parseStoreFile } from '../../../repo-files/store-file.ts'
import { ObjectReader } from '../cache/object-reader.ts'
import type { TreeEntry } from '../cache/objects.ts'
import { processEnvironment } from '../process/environment.ts'
import type { GitProcessProfile } from '../process/git.ts'
import { commitsBetween, type Touch, touchesOf } from './commit-log.ts'
import { readText, readTree } from './fleet.ts'
import { HistoryIndex } from './history-index.ts'
import { judgeOutside } from './provenance.ts'
import { withPurges } from './purged-folders.ts'

/** A store deleted by a commit. Implements the type of `check/repository.ts`. */
interface Removal {
  readonly team: string
  readonly name: string
  readonly atMs: number
}

/**
 * Read-only access to the objects of a user's clone. Runs no checkout, filter, hook or fetch of the
 * clone.
 */
export interface Clone {
  readonly shallow: boolean
  resolve(revision: string): Promise<string | null>
  root(commit: string): Promise<readonly TreeEntry[]>
  rows(tree: string): Promise<readonly TreeEntry[]>
  blob(id: string, maxBytes: number): Promise<Uint8Array | null>
  removals(commit: string, sinceMs: number): Promise<readonly Removal[]>
  vacated(commit: string): Promise<ReadonlyMap<string, Vacated>>
  close(): void
}

/** Opens the clone that contains `path`; `null` if there is none. */
export async function openClone(path: string): Promise<Clone | null> {
  const directory = await gitDirectoryOf(resolve(path))
  if (directory === null) return null
  const profile: GitProcessProfile = {
    directory,
    // Set explicitly, so that git neither searches parent folders nor checks the owner of the files
    // (safe.directory).
    environment: { ...processEnvironment(), GIT_DIR: directory },
    branch: 'main',
  }
  const objects = new ObjectReader(profile)
  return {
    shallow: await exists(join(directory, 'shallow')),
    async resolve(revision) {
      const commit = await objects.info(`${revision}^{commit}`)
      return commit?.type === 'commit' ? commit.id : null
    },
    root: (commit) => readTree(objects, `${commit}^{tree}`),
    rows: (tree) => readTree(objects, tree),
    async blob(id, maxBytes) {
      const found = await objects.info(id)
      if (found === null || found.size > maxBytes) return null
      return (await objects.read(id))?.content ?? null
    },
    removals: (commit, sinceMs) => removalsOf(profile, objects, commit, sinceMs),
    vacated: (commit) => vacatedUpTo(profile, objects, commit),
    close: () => objects.restart(),
  }
}

/**
 * Finds deletions by comparing store.yaml before and after each commit, because trailers cannot be
 * verified without keys.
 */
async function removalsOf(
  profile: GitProcessProfile,
  objects: ObjectReader,
  head: string,
  sinceMs: number,
): Promise<readonly Removal[]> {
  const recent = (await commitsBetween(profile, null, head)).filter(({ atMs }) => atMs >= sinceMs)
  const touches = await touchesOf(
    profile,
    recent.map(({ id }) => id),
  )
  const removals: Removal[] = []
  for (const { id, atMs } of recent) {
    for (const touch of touches.get(id) ?? []) {
      if (await isDeletion(objects, id, touch)) {
        removals.push({ team: touch.team, name: touch.name, atMs })
      }
    }
  }
  return removals
}

/** Removing the folder of a store that was not deleted yet also counts as a deletion. */
async function isDeletion(objects: ObjectReader, commit: string, touch: Touch): Promise<boolean> {
  const [after, before] = await Promise.all(
    [commit, `${commit}^`].map((at) => stateAt(objects, at, touch)),
  )
  if (touch.removed) return isDeparture(before ?? 'active', 'purge')
  return after !== undefined && before !== undefined && isDeparture(before, after)
}

async function stateAt(objects: ObjectReader, commit: string, { team, name }: Touch) {
  const file = await objects.info(`${commit}:${storeFolder(team, name)}/store.yaml`)
  const text = file?.type === 'blob' ? await readText(objects, file.id) : null
  return parseStoreFile(text ?? '', { team, name }).value?.lifecycle.state
}

/**
 * Names that stores left. A folder counts as purged if its last store.yaml declared a purge. Names
 * released by an admin cannot be recognized without keys.
 */
async function vacatedUpTo(
  profile: GitProcessProfile,
  objects: ObjectReader,
  head: string,
): Promise<ReadonlyMap<string, Vacated>> {
  const commits = judgeOutside(await commitsBetween(profile, null, head))
  const touches = await touchesOf(
    profile,
    commits.map(({ id }) => id),
  )
  const history = new HistoryIndex()
  for (const commit of commits) {
    const changed = await withPurges(objects, touches.get(commit.id) ?? [])
    // Infinity: no commit counts as recent, because this reader answers no requests.
    history.add(commit, changed, Infinity)
  }
  return history.vacated
}

/** The nearest `.git`, or the path itself if it is a bare repository. */
async function gitDirectoryOf(path: string): Promise<string | null> {
  if ((await exists(join(path, 'HEAD'))) && (await exists(join(path, 'objects')))) return path
  const inside = join(path, '.git')
  const found = await stat(inside).catch(() => null)
  if (found?.isDirectory() === true) return inside
  if (found?.isFile() === true) {
    const pointer = /^gitdir: (.+)\n?$/.exec(await readFile(inside, 'utf8'))?.[1]
    return pointer === undefined ? null : resolve(path, pointer)
  }
  const parent = dirname(path)
  return parent === path ? null : gitDirectoryOf(parent)
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}
