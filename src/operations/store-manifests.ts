import type { Manifests } from '../contract/store.ts'
import { ANSWER_CAP } from '../domain/file-cap.ts'
import type { OperationDeps } from '../domain/ports.ts'
import { parseStoreFile } from '../repo-files/store-file.ts'
import { declaredStore } from './changing/declared-store.ts'

/**
 * Files of a store's folder at a commit (default: head), up to the cap of one response.
 * @throws StoreError `store_not_found`, `commit_not_found`
 */
export async function storeManifests(
  deps: Pick<OperationDeps, 'repo'>,
  name: string,
  at: { readonly team?: string; readonly at?: string } = {},
): Promise<Manifests> {
  const record = declaredStore(deps.repo.snapshot(), name, at.team)
  const { commit, files, truncated } = await deps.repo.files(record.team, name, at.at, ANSWER_CAP)
  const text = files.find(({ path }) => path === 'store.yaml')?.content
  const encoder = new TextEncoder()
  return {
    commit,
    truncated,
    files: files.map(({ path, content }) => ({
      path,
      bytes: encoder.encode(content).length,
      content,
    })),
    intent: parseStoreFile(text ?? '', record).value,
  }
}
