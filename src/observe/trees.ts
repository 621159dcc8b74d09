import type { StoresRepo } from '../domain/ports.ts'
import type { StoreRecord } from '../domain/snapshot.ts'

/** Answers T(commit) of a store from memory; what is not known yet is asked once and known at a later call. */
export interface Trees {
  /**
   * Tree id of the store's `manifests/` at `commit`: `''` for no commit or no such folder, `null` when the
   * commit is in no clone of ours. While the answer is on its way: `''`, which reads as "an earlier tree".
   */
  at(record: StoreRecord, commit: string): string | null
}

/** Entries kept; one is about 150 bytes. */
const LIMIT = 50_000

export function createTrees(repo: Pick<StoresRepo, 'manifestsTree'>): Trees {
  const known = new Map<string, string | null>()
  const asked = new Set<string>()

  const ask = (key: string, record: StoreRecord, commit: string) => {
    if (asked.has(key)) return
    asked.add(key)
    void repo
      .manifestsTree(commit, record.team, record.name)
      .then((tree) => {
        if (known.size >= LIMIT) known.clear()
        // An unknown commit may arrive with the next fetch, so that answer is not kept.
        known.set(key, tree)
        if (tree === null) setTimeout(() => known.delete(key), 10_000).unref()
      })
      .catch(() => undefined)
      .finally(() => asked.delete(key))
  }

  return {
    at(record, commit) {
      if (commit === '') return ''
      if (commit === record.last.commit) return record.manifestsTree
      const key = `${record.team}/${record.name}@${commit}`
      const tree = known.get(key)
      if (tree !== undefined) return tree
      ask(key, record, commit)
      return ''
    },
  }
}
