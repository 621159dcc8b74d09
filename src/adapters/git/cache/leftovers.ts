import { readdir } from 'node:fs/promises'
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
