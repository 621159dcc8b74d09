import type { Change } from '../contract/store.ts'
import type { OperationDeps } from '../domain/ports.ts'
import { withResult } from './changing/change-results.ts'
import { declaredStore } from './changing/declared-store.ts'

/**
 * Changes of one store, newest first. `next` is the cursor of the next page, `null` on the last one.
 * @throws StoreError `store_not_found`, `commit_not_found` for an unknown cursor
 */
export async function storeHistory(
  deps: Pick<OperationDeps, 'repo' | 'views'>,
  name: string,
  page: { readonly team?: string; readonly limit: number; readonly cursor?: string },
): Promise<{ readonly changes: readonly Change[]; readonly next: string | null }> {
  const record = declaredStore(deps.repo.snapshot(), name, page.team)
  const { limit, cursor } = page
  const of = cursor === undefined ? { limit } : { limit, cursor }
  const { changes, next } = await deps.repo.history(record.team, name, of)
  return { changes: changes.map((change) => withResult(deps, change)), next }
}
