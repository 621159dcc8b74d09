import { sha256 } from '../../../constructs/index.ts'
import type { Platform } from '../../contract/platform-file.ts'
import type { SealedSecrets } from '../../contract/sealed-secret.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import { GENERATOR } from '../../contract/version.ts'
import { storeDocument } from '../../repo-files/store-file.ts'
import { propsOf } from './resolve-store.ts'

/**
 * Digest of everything that determines the files of one store, 64 hex digits. Equal digests mean
 * equal files. It covers only the part of platform.yaml that this store uses, so most edits of that
 * file change few digests. It is far cheaper than a render. Two digests may differ although the files
 * are equal, which costs one unnecessary render.
 * @param generator @default the generator of this process
 * @throws StoreError `invalid_store` as a render would
 */
export function inputDigest(
  store: StoreFile,
  platform: Platform,
  sealed: SealedSecrets | null = null,
  generator: string = GENERATOR,
): string {
  const props = propsOf(store, platform, sealed)
  return sha256(JSON.stringify([generator, storeDocument(store), props]))
}
