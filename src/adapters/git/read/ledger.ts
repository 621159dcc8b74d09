import type { StoreId } from '../../../domain/snapshot.ts'
import type { ObjectReader } from '../cache/object-reader.ts'
import { type Fleet, readFleet } from './fleet.ts'
import type { HistoryIndex } from './history-index.ts'

/**
 * Stores that our commits declared but that the branch lacks or holds in another state. Starts no
 * process.
 */
export function lostStores(history: HistoryIndex, fleet: Fleet): readonly StoreId[] {
  return history.lost(
    (team, name) => fleet.teams.get(team)?.folders.get(name)?.manifestsTree ?? null,
  )
}

/**
 * Stores of `before` that a rewritten branch lacks or holds in another state.
 * @param head head of the rewritten branch; `null`: the branch is gone
 * @throws ObjectReadError
 */
export async function vanishedStores(
  objects: ObjectReader,
  head: string | null,
  before: Fleet,
): Promise<readonly StoreId[]> {
  const now = head === null ? null : (await readFleet(objects, head, before)).fleet
  return [...before.teams].flatMap(([team, { folders }]) =>
    [...folders.values()].flatMap(({ name, id }) =>
      now?.teams.get(team)?.folders.get(name)?.id === id ? [] : [{ team, name }],
    ),
  )
}
