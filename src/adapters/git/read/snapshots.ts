import { departs } from '../../../domain/history/commit-message.ts'
import type { StoreChange } from '../../../domain/ports.ts'
import type { ChangeRef, Snapshot, StoreId, StoreRecord } from '../../../domain/snapshot.ts'
import type { StoreEdit } from '../../../domain/store-index.ts'
import type { Fleet, FolderMove, StoreFolder } from './fleet.ts'
import type { StoreHistory } from './history-index.ts'
import type { Signatures } from './signatures.ts'

/** Builds the store record from its folder and history. */
export function recordOf(
  folder: StoreFolder,
  history: StoreHistory,
  unsigned = false,
): StoreRecord {
  return {
    team: folder.team,
    name: folder.name,
    intent: folder.intent,
    problems: folder.problems,
    intentBlob: folder.intentBlob,
    app: folder.app,
    manifestsTree: folder.manifestsTree,
    created: history.created,
    last: isAsSaid(folder, history) ? history.last : changedOutside(history.last),
    rendered: history.rendered,
    ...(unsigned ? { unsigned } : {}),
  }
}

/** Our commits replace the whole folder, so any other state comes from a change without proof. */
function isAsSaid({ id }: StoreFolder, { folder }: StoreHistory): boolean {
  return folder === null || folder === id
}

/** The commit as a reference for a change that its message does not account for. */
export function changedOutside(last: ChangeRef): ChangeRef {
  return { ...last, action: null, requestId: null, by: '', source: 'git' }
}

/**
 * Stores by name after the folders of `names` changed. If several folders have one name, the
 * rendered one is the store, or else the first in path order. The others are `duplicates`. A push
 * therefore cannot take a name from another team's store.
 */
export function nextStores(
  before: Snapshot,
  fleet: Fleet,
  names: Iterable<string>,
  historyOf: (team: string, name: string) => StoreHistory,
  signatures: Signatures | null,
): Pick<Snapshot, 'stores' | 'duplicates'> {
  const moved = [...names]
  if (moved.length === 0) return { stores: before.stores, duplicates: before.duplicates }
  const edits: StoreEdit[] = []
  let duplicates = before.duplicates
  const teams = [...fleet.teams].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, team]) => team)
  for (const name of moved) {
    const folders = teams
      .map((team) => team.folders.get(name))
      .filter((folder) => folder !== undefined)
      .sort((a, b) => Number(a.app === null) - Number(b.app === null))
    const [first, ...others] = folders
    if (first === undefined) edits.push([name, null])
    else {
      const unsigned = signatures?.has(first.team, name) === true
      edits.push([name, recordOf(first, historyOf(first.team, name), unsigned)])
    }
    if (others.length === 0 && duplicates.length === 0) continue
    duplicates = duplicates
      .filter((path) => !path.endsWith(`/${name}`))
      .concat(others.map((folder) => `${folder.team}/${name}`))
      .sort()
  }
  return { stores: before.stores.with(edits), duplicates }
}

/**
 * The snapshot that a commit will leave which has not landed yet, complete enough for every
 * admission rule. Its head is that of the snapshot before.
 * @param last the commit; its id is empty until it is imported
 */
export function snapshotAfter(
  before: Snapshot,
  { change, move }: { readonly change: StoreChange; readonly move: FolderMove },
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
