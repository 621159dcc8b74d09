import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Refs that batches and fetches of a killed process left in the cache. They are never used again. A
 * ref with a lock file is left out, because it would make the deletion of all refs in one
 * transaction fail.
 * @param repository absolute; its refs are loose files, because nothing packs them
 */
export async function leftoverRefs(repository: string): Promise<readonly string[]> {
  const folders = ['refs/storewright/tx', 'refs/storewright/rx']
  const found = await Promise.all(
    folders.map(async (folder) => {
      const names = new Set(await readdir(join(repository, folder)).catch(() => []))
      return Array.from(names)
        .filter((name) => !name.endsWith('.lock') && !names.has(`${name}.lock`))
        .map((name) => `${folder}/${name}`)
    }),
  )
  return found.flat()
}

/**
 * Longer than any git process of ours runs, so an older temporary file belongs to a killed process.
 */
const ABANDONED_MS = 3_600_000
/** Source: git's pack-write.c, tmp-objdir.c, object-file.c, builtin/repack.c and midx-write.c. */
const IN_OBJECTS = /^(?:tmp_objdir-|incoming-)/
const IN_PACKS = /^(?:tmp_(?:pack|idx|rev|mtimes|bitmap|midx)_|\.tmp-\d+-pack-)/
const LOOSE = /^tmp_obj_/

/**
 * Removes temporary files that killed git processes left in a bare repository. Git removes them in
 * `git gc`, which does not
 * run here.
 * @returns the number of removed files
 */
export async function sweepTemporary(repository: string, nowMs: number): Promise<number> {
  const objects = join(repository, 'objects')
  const folders = await readdir(objects).catch(() => [])
  const fanout = folders.filter((name) => /^[0-9a-f]{2}$/.test(name))
  const places = [
    [objects, IN_OBJECTS],
    [join(objects, 'pack'), IN_PACKS],
    ...fanout.map((name) => [join(objects, name), LOOSE] as const),
  ] as const
  let removed = 0
  for (const [folder, pattern] of places) {
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name)
      if (!pattern.test(name)) continue
      const found = await stat(path).catch(() => null)
      if (found === null || nowMs - found.mtimeMs < ABANDONED_MS) continue
      await rm(path, { recursive: true, force: true })
      removed += 1
    }
  }
  return removed
}
