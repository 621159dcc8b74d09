import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Number of packs in a bare repository; 0 if there is no repository. @param repository absolute */
export async function countPacks(repository: string): Promise<number> {
  const entries = await readdir(join(repository, 'objects/pack')).catch(() => [])
  return entries.filter((entry) => entry.endsWith('.pack')).length
}
