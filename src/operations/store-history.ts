import type { Change } from '../contract/store.ts'
import type { OperationDeps } from '../domain/ports.ts'
import { declaredStore } from './declared-store.ts'

/**
 * Changes of one store, newest first; `next` is the cursor of the page after, `null` at the end.
 * @throws StoreError `store_not_found`, `commit_not_found` for an unknown cursor
 */
export async function storeHistory(
  deps: Pick<OperationDeps, 'repo'>,
  name: string,
  page: { readonly team?: string; readonly limit: number; readonly cursor?: string },
): Promise<{ readonly changes: readonly Change[]; readonly next: string | null }> {
  const record = declaredStore(deps.repo.snapshot(), name, page.team)
  const { limit, cursor } = page
  return deps.repo.history(record.team, name, cursor === undefined ? { limit } : { limit, cursor })
}
