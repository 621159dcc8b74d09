import { randomUUID } from 'node:crypto'
import { chmod, lstat, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Log } from '../domain/ports.ts'

/** Mode bits of the group and of other users. */
const OTHERS = 0o077
/** Sticky bit, which marks folders that several users share, such as /tmp. */
const STICKY = 0o1000
const OURS: ReadonlySet<string> = new Set(['stores.git', 'cache.git'])
/** Errors of a full disk. Reads still work, so the server starts. */
const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT'])

/**
 * Creates DATA_DIR with access for the user of this process only, and checks that it is writable.
 * @throws Error one sentence with the folder, the reason and the fix
 */
export async function openDataDir(dataDir: string, log: Log): Promise<void> {
  const path = resolve(dataDir)
  try {
    const made = await mkdir(path, { recursive: true, mode: 0o700 })
    if (made === undefined) await closeToOthers(path, log)
    await probe(path)
  } catch (error) {
    const problem = refusalOf(path, error)
    if (problem !== null) throw new Error(problem, { cause: error })
  }
}

/**
 * Why DATA_DIR cannot be created or written, in one sentence. `null`: it can. If it does not exist,
 * the nearest folder above it must be writable. Changes nothing.
 */
export async function dataDirProblem(dataDir: string): Promise<string | null> {
  const path = resolve(dataDir)
  try {
    await probe(await nearestOf(path))
    return null
  } catch (error) {
    return refusalOf(path, error)
  }
}

/**
 * A folder for files that are removed again: the one for temporary files, or if that is read-only,
 * as in a pod, `DATA_DIR` or the nearest folder above it.
 */
export async function scratchFolder(dataDir: string): Promise<string> {
  try {
    await probe(tmpdir())
    return tmpdir()
  } catch {
    return nearestOf(resolve(dataDir))
  }
}

async function nearestOf(path: string): Promise<string> {
  try {
    // The target of a link is not created, so the link itself has to lead to a folder.
    await lstat(path)
    return path
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return nearestOf(dirname(path))
  }
}

function refusalOf(path: string, error: unknown): string | null {
  if (FULL.has((error as NodeJS.ErrnoException).code)) return null
  const reason = error instanceof Error ? error.message.split(',', 1)[0] : String(error)
  return `DATA_DIR: ${path} cannot be written (${reason}). Make it writable for the user of this process, or set DATA_DIR to another folder.`
}

/**
 * Changes the mode only if the folder is empty or holds our repositories. DATA_DIR may point to a
 * folder that other programs use.
 */
async function closeToOthers(path: string, log: Log): Promise<void> {
  const { mode } = await stat(path)
  if ((mode & OTHERS) === 0) return
  const names = await readdir(path)
  const ours = names.length === 0 || names.some((name) => OURS.has(name))
  const closed =
    ours &&
    (mode & STICKY) === 0 &&
    (await chmod(path, 0o700).then(
      () => true,
      () => false,
    ))
  if (closed) log.info('DATA_DIR was readable by other users; its mode is 0700 now')
  else log.warn('DATA_DIR is readable by other users; use a folder of mode 0700', { detail: path })
}

async function probe(path: string): Promise<void> {
  const file = join(path, `.probe-${randomUUID()}`)
  const handle = await open(file, 'wx')
  await handle.close()
  await rm(file, { force: true })
}
