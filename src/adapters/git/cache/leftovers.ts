import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Refs that batches and fetches of an earlier process left in a cache when it was killed: nobody will ever use them. A ref
 * whose lock file stands beside it is not among them: it cannot be deleted, and the others could not be together with it.
 * @param repository absolute; its refs are files, since nobody packs them there
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

/** No git process of ours runs for so long: a temporary file that is older was left by one that was killed. */
const ABANDONED_MS = 3_600_000
/** Source: git's pack-write.c, tmp-objdir.c, object-file.c, builtin/repack.c and midx-write.c. */
const IN_OBJECTS = /^(?:tmp_objdir-|incoming-)/
const IN_PACKS = /^(?:tmp_(?:pack|idx|rev|mtimes|bitmap|midx)_|\.tmp-\d+-pack-)/
const LOOSE = /^tmp_obj_/

/**
 * Removes temporary files that killed git processes left in a bare repository. Git itself removes them in `git gc`, which does not
 * run here.
 * @returns how many
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
