import { StoreError } from '../domain/errors.ts'
import type { OperationDeps } from '../domain/ports.ts'
import { declaredStore, type OfStore } from './changing/declared-store.ts'

/** Last lines of a pod of a store. @throws StoreError `store_not_found`, `status_unavailable` */
export async function storeLogs(
  deps: Pick<OperationDeps, 'repo' | 'detail'>,
  {
    name,
    team,
    ...of
  }: OfStore & { readonly pod: string; readonly container?: string; readonly tail: number },
  signal: AbortSignal,
): Promise<string> {
  const record = declaredStore(deps.repo.snapshot(), name, team)
  if (deps.detail === null) throw new StoreError('status_unavailable', 'no cluster runs this store')
  return deps.detail.logs(record, of, signal)
}
