import type { Change } from '../../contract/store.ts'
import type { OperationDeps } from '../../domain/ports.ts'

/** Actions after which a store is not declared any more. */
const GONE: readonly string[] = ['remove', 'release']

/** Adds its result to a change: the progress of the store's newest commit, or `Superseded` for an earlier one. */
export function withResult(
  { repo, views }: Pick<OperationDeps, 'repo' | 'views'>,
  change: Change,
): Change {
  const [name] = change.stores
  if (name === undefined) return change
  const record = repo.snapshot().stores.get(name)
  if (record?.last.commit === change.commit) {
    const state = views.get(name)?.change.state
    const result = state === 'Synced' || state === 'Live' ? state : 'Committed'
    return { ...change, result }
  }
  const gone = record === undefined && GONE.includes(change.action)
  if (!gone) return { ...change, result: 'Superseded' }
  return { ...change, result: views.get(name)?.phase === 'Deleting' ? 'Committed' : 'Live' }
}
