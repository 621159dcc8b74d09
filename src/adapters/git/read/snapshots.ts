import type { ChangeRef, Snapshot, StoreRecord } from '../../../domain/snapshot.ts'
import type { StoreEdit } from '../../../domain/store-index.ts'
import type { Fleet, StoreFolder } from './fleet.ts'
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
