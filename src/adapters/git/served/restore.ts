import { randomUUID } from 'node:crypto'
import { cp, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { processEnvironment } from '../process/environment.ts'
import { CACHE, cachedHead } from './cached-head.ts'
import {
  exists,
  makeBare,
  NAME,
  putInPlace,
  runStep,
  syncFolder,
  syncTree,
  UNFINISHED,
} from './local-remote.ts'

export interface RestoreOptions {
  readonly dataDir: string
  /** Short name of the branch that declares the stores. */
  readonly branch: string
}

/**
 * Makes the embedded repository anew from the cache beside it, which holds every commit that the server knew. The cache writes its
 * head down within three seconds of a push. The repository appears whole or not at all.
 * @returns the head of the restored branch
 * @throws Error there is a repository, or no cache that holds one, or the cache is damaged
 */
export async function restoreFromCache({ dataDir, branch }: RestoreOptions): Promise<string> {
  const folder = resolve(dataDir)
  const path = join(folder, NAME)
  if (await exists(path)) {
    throw new Error(`${path} exists. Move it away first, if the cache is to replace it.`)
  }
  const head = await cachedHead(folder)
  if (head === null) {
    throw new Error(`${join(folder, CACHE)} holds no copy of it. Restore ${path} from a backup.`)
  }
  const temporary = join(folder, `${UNFINISHED}${randomUUID()}`)
  try {
    const profile = { directory: temporary, environment: processEnvironment(), branch }
    await makeBare(profile, head.length === 64 ? 'sha256' : 'sha1')
    await cp(join(folder, CACHE, 'objects'), join(temporary, 'objects'), { recursive: true })
    await runStep(profile, ['update-ref', '--stdin'], `create refs/heads/${branch} ${head}\n`)
    await runStep(profile, ['fsck', '--connectivity-only', '--no-dangling', '--no-progress'])
    await syncTree(temporary)
    if (!(await putInPlace(temporary, path))) throw new Error(`${path} was made meanwhile.`)
    await syncFolder(folder)
    return head
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}
