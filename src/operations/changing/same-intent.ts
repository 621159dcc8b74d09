import { printYaml } from '../../../constructs/index.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import { storeDocument } from '../../repo-files/store-file.ts'

/** Returns whether both intents give the same store.yaml. */
export function sameIntent(one: StoreFile, other: StoreFile): boolean {
  return printYaml(storeDocument(one)) === printYaml(storeDocument(other))
}
