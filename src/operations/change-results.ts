import type { Change } from '../contract/store.ts'
import type { OperationDeps } from '../domain/ports.ts'

/** Actions after which nothing of a store is declared. */
const GONE: readonly string[] = ['remove', 'release']

/** A change with how far it got: that of its store's newest commit, or that a later one took its place. */
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
