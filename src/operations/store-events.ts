import type { StoreEvent } from '../contract/detail.ts'
import type { Change } from '../contract/store.ts'
import { StoreError } from '../domain/errors.ts'
import type { OperationDeps } from '../domain/ports.ts'
import { declaredStore, type OfStore } from './changing/declared-store.ts'

/** Most commits among the events of a store. */
const AUDIT = 50

/**
 * Events of a store, newest first: commits, and Kubernetes events if there is a source. Repeated
 * events are merged into one with a count. If the source is unavailable, only commits are returned.
 * @throws StoreError `store_not_found`
 */
export async function storeEvents(
  deps: Pick<OperationDeps, 'repo' | 'detail'>,
  { name, team, limit }: OfStore & { readonly limit: number },
  signal: AbortSignal,
): Promise<StoreEvent[]> {
  const record = declaredStore(deps.repo.snapshot(), name, team)
  const [history, cluster] = await Promise.all([
    deps.repo.history(record.team, record.name, { limit: AUDIT }),
    deps.detail?.events(record, signal).catch(noneIfUnavailable) ?? [],
  ])
  return fold([...history.changes.map(auditEvent), ...cluster])
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))
    .slice(0, limit)
}

function noneIfUnavailable(error: unknown): readonly StoreEvent[] {
  if (error instanceof StoreError && error.code === 'status_unavailable') return []
  throw error
}

function auditEvent(change: Change): StoreEvent {
  return {
    at: change.at,
    type: 'Normal',
    reason: change.action,
    message: change.reason === null ? change.summary : `${change.summary}: ${change.reason}`,
    object: `Store ${change.stores[0] ?? ''}`,
    count: 1,
    source: 'audit',
  }
}

/** Merges events with the same message about the same object. The result has the newest time and the sum of the counts. */
function fold(events: readonly StoreEvent[]): StoreEvent[] {
  const folded = new Map<string, StoreEvent>()
  for (const event of events) {
    const key = [
      event.source,
      event.object,
      event.reason,
      event.message,
      event.source === 'audit' ? event.at : '',
    ].join('\0')
    const known = folded.get(key)
    const newest = known === undefined || known.at < event.at ? event.at : known.at
    folded.set(key, { ...event, at: newest, count: event.count + (known?.count ?? 0) })
  }
  return [...folded.values()]
}
