import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export const CACHE = 'cache.git'
const SEEN_REF = 'refs/storewright/remote/main'

/**
 * The newest head of the embedded repository according to the cache beside it.
 * @returns `null`: there is no cache, or it belongs to a remote on another machine
 */
export async function cachedHead(dataDir: string): Promise<string | null> {
  const cache = join(dataDir, CACHE)
  const read = (path: string) => readFile(join(cache, path), 'utf8').catch(() => '')
  const [config, loose, packed] = await Promise.all([
    read('config'),
    read(SEEN_REF),
    read('packed-refs'),
  ])
  const url = /^\turl = "(.*)"$/m.exec(config)?.[1] ?? ''
  if (!url.startsWith('/')) return null
  const row = packed.split('\n').find((line) => line.endsWith(` ${SEEN_REF}`)) ?? ''
  const head = loose.trim() || row.split(' ', 1)[0]
  return head === undefined || head === '' ? null : head
}
