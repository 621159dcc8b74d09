import type { Platform } from '../../contract/platform-file.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import { isOlder, SCHEMA } from '../../domain/admission/admit-change.ts'

/** `DUMP_NAME` of the set-up Job. The name of the dump has the hash of the release that replaces the data. */
const DUMP = /^ +value: (pre-[0-9a-f]{8})$/m

/**
 * Trailers of a change that upgrades the data of a store. Only the dump that is made before can
 * restore the earlier version. `Restore-Point` is left out if the store has no backups.
 */
export function releaseTrailers(
  before: StoreFile,
  after: StoreFile,
  { releases }: Platform,
  files: ReadonlyMap<string, Uint8Array>,
): Readonly<Record<string, string>> {
  const [old, now] = [releases[before.release], releases[after.release]]
  if (before.release === after.release || old === undefined || now === undefined) return {}
  const raised = SCHEMA.filter((part) =>
    isOlder(String(old.schema[part]), String(now.schema[part])),
  )
  if (raised.length === 0) return {}
  const steps = raised.map((part) => `${part} ${old.schema[part]} -> ${now.schema[part]}`)
  const point = restorePointIn(files)
  return {
    'Schema-Change': steps.join(', '),
    ...(point === null ? {} : { 'Restore-Point': point }),
  }
}

function restorePointIn(files: ReadonlyMap<string, Uint8Array>): string | null {
  const decoder = new TextDecoder()
  for (const bytes of files.values()) {
    const found = DUMP.exec(decoder.decode(bytes))?.[1]
    if (found !== undefined) return found
  }
  return null
}
