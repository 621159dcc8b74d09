import type { Manifests } from '../contract/store.ts'
import type { OperationDeps } from '../domain/ports.ts'
import { parseStoreFile } from '../repo-files/store-file.ts'
import { declaredStore } from './declared-store.ts'

/**
 * Every file of a store's folder at a commit (default: head).
 * @throws StoreError `store_not_found`, `commit_not_found`
 */
export async function storeManifests(
  deps: Pick<OperationDeps, 'repo'>,
  name: string,
  at: { readonly team?: string; readonly at?: string } = {},
): Promise<Manifests> {
  const record = declaredStore(deps.repo.snapshot(), name, at.team)
  const { commit, files } = await deps.repo.files(record.team, name, at.at)
  const text = files.find(({ path }) => path === 'store.yaml')?.content
  const encoder = new TextEncoder()
  return {
    commit,
    files: files.map(({ path, content }) => ({
      path,
      bytes: encoder.encode(content).length,
      content,
    })),
    intent: parseStoreFile(text ?? '', record).value,
  }
}
