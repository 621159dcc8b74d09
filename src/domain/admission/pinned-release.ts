import type { Platform } from '../../contract/platform-file.ts'
import { StoreError } from '../errors.ts'
import { isPlaceholder, releasePins } from '../release-pins.ts'

/**
 * Requires every digest and checksum of a release that `platform` declares. Nodes cannot pull
 * placeholders, so a store with them would never start.
 * @throws StoreError `invalid_store`
 */
export function requirePins(name: string, { releases }: Pick<Platform, 'releases'>): void {
  const release = releases[name]
  if (release === undefined) return
  const pins = releasePins({ [name]: release })
  const missing = pins.filter(isPlaceholder)
  const [first] = missing
  if (first === undefined) return
  throw new StoreError('invalid_store', 'the release has placeholders instead of digests', {
    errors: [
      {
        pointer: '#/release',
        detail: `${missing.length} of ${pins.length} digests and checksums of release ${name} are placeholders, such as that of ${first.source}: nodes cannot pull them`,
      },
    ],
    hint: 'Pick another release, or let an admin run storectl release resolve in a clone of the stores repo and push platform.yaml.',
  })
}
