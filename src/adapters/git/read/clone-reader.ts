import { readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Vacated } from '../../../domain/snapshot.ts'
import { commitsBetween, isOutside, touchesOf } from './commit-log.ts'
import { processEnvironment } from '../process/environment.ts'
import { readTree } from './fleet.ts'
import { HistoryIndex } from './history-index.ts'
import { ObjectReader } from '../cache/object-reader.ts'
import type { TreeEntry } from '../cache/objects.ts'
import type { GitProcessProfile } from '../process/plumbing.ts'

/** A store that a commit removed; see `check/repository.ts`, which this implements. */
interface Removal {
  readonly team: string
  readonly name: string
  readonly atMs: number
}

/** Objects of somebody's clone. Reads only, starts nothing of the clone's: no checkout, no filter, no hook, no fetch. */
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

/** Opens the clone that `path` lies in; `null` when there is none. */
export async function openClone(path: string): Promise<Clone | null> {
  const directory = await gitDirectoryOf(resolve(path))
  if (directory === null) return null
  const profile: GitProcessProfile = {
    directory,
    // Named outright: git then neither looks further up nor minds whose files these are (safe.directory).
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
    removals: (commit, sinceMs) => removalsOf(profile, commit, sinceMs),
    vacated: (commit) => vacatedUpTo(profile, commit),
    close: () => objects.restart(),
  }
}

async function removalsOf(
  profile: GitProcessProfile,
  head: string,
  sinceMs: number,
): Promise<readonly Removal[]> {
  const recent = (await commitsBetween(profile, null, head)).filter(({ atMs }) => atMs >= sinceMs)
  const touches = await touchesOf(
    profile,
    recent.filter(({ said }) => said.requestId === null).map(({ id }) => id),
  )
  return recent.flatMap(({ id, atMs, said }): Removal[] => {
    const { team, store } = said
    if (team !== null && store !== null && said.departs) {
      return [{ team, name: store, atMs }]
    }
    return (touches.get(id) ?? [])
      .filter(({ removed }) => removed)
      .map((touch) => ({ team: touch.team, name: touch.name, atMs }))
  })
}

async function vacatedUpTo(
  profile: GitProcessProfile,
  head: string,
): Promise<ReadonlyMap<string, Vacated>> {
  const commits = await commitsBetween(profile, null, head)
  const outside = commits.filter(isOutside).map(({ id }) => id)
  const touches = await touchesOf(profile, outside)
  const history = new HistoryIndex()
  // What is recent does not matter here: nothing was asked of this process.
  for (const commit of commits) history.add(commit, touches.get(commit.id) ?? [], Infinity)
  return history.vacated
}

/** The nearest `.git`, or the path itself when it is a bare repository. */
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
