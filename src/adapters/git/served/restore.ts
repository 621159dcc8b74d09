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
 * Restores the embedded repository from the cache beside it, which holds every commit that the
 * server knew. The cache records its head within three seconds of a push. Creation is atomic.
 * @returns the head of the restored branch
 * @throws Error the repository exists, the cache holds no copy of it, or the cache is damaged
 */
export async function restoreFromCache({ dataDir, branch }: RestoreOptions): Promise<string> {
  const folder = resolve(dataDir)
  const path = join(folder, NAME)
  if (await exists(path)) {
    throw new Error(`${path} exists. Move it away first to restore it from the cache.`)
  }
  const head = await cachedHead(folder)
  if (head === null) {
    throw new Error(
      `${join(folder, CACHE)} holds no copy of the stores repo. Restore ${path} from a backup.`,
    )
  }
  const temporary = join(folder, `${UNFINISHED}${randomUUID()}`)
  try {
    const profile = { directory: temporary, environment: processEnvironment(), branch }
    await makeBare(profile, head.length === 64 ? 'sha256' : 'sha1')
    await cp(join(folder, CACHE, 'objects'), join(temporary, 'objects'), { recursive: true })
    await runStep(profile, ['update-ref', '--stdin'], `create refs/heads/${branch} ${head}\n`)
    await runStep(profile, ['fsck', '--connectivity-only', '--no-dangling', '--no-progress'])
    await syncTree(temporary)
    if (!(await putInPlace(temporary, path))) throw new Error(`Another process created ${path}.`)
    await syncFolder(folder)
    return head
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}
