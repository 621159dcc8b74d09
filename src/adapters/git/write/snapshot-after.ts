import { departs } from '../../../domain/history/commit-message.ts'
import type { ChangeRef, Snapshot, StoreId } from '../../../domain/snapshot.ts'
import { recordOf } from '../read/snapshots.ts'
import type { Draft } from './decider.ts'

/**
 * The snapshot that a commit will leave which has not landed yet, complete enough for every
 * admission rule. Its head is that of the snapshot before.
 * @param last the commit; its id is empty until it is imported
 */
export function snapshotAfter(
  before: Snapshot,
  { change, move }: Pick<Draft, 'change' | 'move'>,
  last: ChangeRef,
): Snapshot {
  const { team, name, after } = move
  const atMs = Date.parse(last.at)
  const isDeparture = departs(change.action, change.trailers?.['Lifecycle'])
  const isApproval = change.trailers?.['Mass-Delete-Approved-By'] !== undefined
  const record = before.stores.get(name)
  const own = record?.team === team ? record : null
  const next = () => {
    if (after === null) return own === null ? [] : [[name, null] as const]
    // The folder is exactly what we rendered. Rules read the generator only from landed commits.
    const trees = [...(own?.rendered?.trees ?? []), after.manifestsTree]
    const history = { created: own?.created ?? last, last, folder: null }
    const rendered = { trees, generator: null }
    return [[name, recordOf(after, { ...history, rendered })] as const]
  }
  return {
    ...before,
    stores: before.stores.with(next()),
    vacated: vacatedAfter(before.vacated, move, after === null ? last.at : null),
    departures: isDeparture ? [...before.departures, { team, name, atMs }] : before.departures,
    massDeleteApprovedAt: isApproval
      ? Math.max(before.massDeleteApprovedAt ?? 0, atMs)
      : before.massDeleteApprovedAt,
  }
}

/** @param purgedAt RFC 3339 UTC; `null`: the store is there */
function vacatedAfter(
  vacated: Snapshot['vacated'],
  { team, name }: StoreId,
  purgedAt: string | null,
): Snapshot['vacated'] {
  if (purgedAt !== null) return new Map(vacated).set(name, { team, at: purgedAt, purged: true })
  if (vacated.get(name)?.team !== team) return vacated
  const next = new Map(vacated)
  next.delete(name)
  return next
}
