import { printYaml } from '../../constructs/index.ts'
import type { StoreFile } from '../contract/store-file.ts'
import { storeDocument } from '../repo-files/store-file.ts'

/** Would both intents stand in store.yaml with the same bytes? */
export function sameIntent(one: StoreFile, other: StoreFile): boolean {
  return printYaml(storeDocument(one)) === printYaml(storeDocument(other))
}
