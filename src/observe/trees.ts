import type { StoresRepo } from '../domain/ports.ts'
import type { StoreRecord } from '../domain/snapshot.ts'

/** Answers T(commit) of a store from memory; what is not known yet is asked once and known at a later call. */
export interface Trees {
  /**
   * Tree id of the store's `manifests/` at `commit`: `''` for no commit or no such folder, `null` when the
   * commit is in no clone of ours, `undefined` while the answer is on its way.
   */
  at(record: StoreRecord, commit: string): string | null | undefined
}

/** Entries kept; one is about 150 bytes. */
const LIMIT = 50_000
/** An unknown commit may arrive with the next fetch, so that answer is not kept for long. */
const UNKNOWN_MS = 10_000

/** @param known called when an answer for a store has arrived */
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
