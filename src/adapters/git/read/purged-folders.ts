import { parseStoreFile } from '../../../repo-files/store-file.ts'
import type { ObjectReader } from '../cache/object-reader.ts'
import type { Touch } from './commit-log.ts'
import { readText } from './fleet.ts'

/**
 * Sets `purged` on removed folders whose last store.yaml declared a purge.
 * @throws ObjectReadError
 */
export async function withPurges(
  objects: ObjectReader,
  touches: readonly Touch[],
): Promise<readonly Touch[]> {
  if (!touches.some(({ lastIntent }) => lastIntent !== undefined)) return touches
  return Promise.all(
    touches.map(async (touch) => {
      if (touch.lastIntent === undefined) return touch
      const text = await readText(objects, touch.lastIntent)
      const { value } = parseStoreFile(text ?? '', touch)
      return { ...touch, purged: value?.lifecycle.state === 'purge' }
    }),
  )
}
