import type { StoresRepo } from '../domain/ports.ts'
import type { StoreRecord } from '../domain/snapshot.ts'

/** Tree ids of stores at commits, from memory. A missing one is fetched in the background for a later call. */
export interface Trees {
  /**
   * Tree id of the store's `manifests/` at `commit`: `''` for no commit or no such folder, `null` if
   * the commit is unknown, `undefined` while it is being fetched.
   */
  at(record: StoreRecord, commit: string): string | null | undefined
}

/** Most entries. One takes about 150 bytes. */
const LIMIT = 50_000
/** How long an unknown commit is cached, in milliseconds. It may arrive with the next fetch. */
const UNKNOWN_MS = 10_000

/** @param known called with the name of a store when one of its trees was fetched */
export function createTrees(
  repo: Pick<StoresRepo, 'manifestsTree'>,
  known: (name: string) => void = () => undefined,
): Trees {
  const trees = new Map<string, string | null>()
  const asked = new Set<string>()

  const ask = (key: string, { team, name }: StoreRecord, commit: string) => {
    if (asked.has(key)) return
    asked.add(key)
    const keep = (tree: string | null) => {
      if (trees.size >= LIMIT) trees.clear()
      trees.set(key, tree)
      if (tree === null) setTimeout(() => trees.delete(key), UNKNOWN_MS).unref()
      known(name)
    }
    void repo
      .manifestsTree(commit, team, name)
      .then(keep)
      .catch(() => undefined)
      .finally(() => asked.delete(key))
  }

  return {
    at(record, commit) {
      if (commit === '') return ''
      if (commit === record.last.commit) return record.manifestsTree
      const key = `${record.team}/${record.name}@${commit}`
      const tree = trees.get(key)
      if (tree === undefined) ask(key, record, commit)
      return tree
    },
  }
}
