import { readdir, readFile, truncate } from 'node:fs/promises'
import { basename, join } from 'node:path'

/**
 * File in the repository to which fast-import adds a line per pack (git-fast-import(1),
 * `--export-pack-edges`).
 */
export const PACK_NOTES = 'storewright-packs'
/** Size at which the file is emptied. If a line is missing, git packs the objects again. */
const NOTES_BYTES = 65_536

/** Number of packs in a bare repository; 0 if there is no repository. @param repository absolute */
export async function countPacks(repository: string): Promise<number> {
  const entries = await readdir(join(repository, 'objects/pack')).catch(() => [])
  return entries.filter((entry) => entry.endsWith('.pack')).length
}

/**
 * Reads the pack of an import. It holds exactly the objects that the repository did not hold
 * before.
 * @param commit last commit of the import
 * @returns `null`: the pack is unknown or was repacked in the meantime
 */
export async function packWith(repository: string, commit: string): Promise<Buffer | null> {
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
