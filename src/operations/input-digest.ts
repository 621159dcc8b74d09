import { sha256 } from '../../constructs/index.ts'
import type { Platform } from '../contract/platform-file.ts'
import type { SealedSecrets } from '../contract/sealed-secret.ts'
import type { StoreFile } from '../contract/store-file.ts'
import { GENERATOR } from '../contract/version.ts'
import { storeDocument } from '../repo-files/store-file.ts'
import { propsOf } from './resolve-store.ts'

/**
 * Digest of all that the files of one store follow from, 64 hex digits: equal digest, equal bytes. It covers what this
 * store takes from platform.yaml and nothing else, so most edits of that file move few digests. Far cheaper than a
 * render; two digests may differ although the bytes agree, which costs one render.
 * @param generator @default the one of this process
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
