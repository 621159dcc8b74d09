import type { Change } from '../contract/store.ts'
import type { StoreId } from './snapshot.ts'

/** One history entry of a commit, with the stores that it changed. */
export interface CommittedChange {
  readonly change: Change
  /** Empty if the commit changed no store. */
  readonly stores: readonly StoreId[]
}

/**
 * Commits of the branch in an order that never changes, for readers that keep a position in Git
 * instead of a queue.
 */
export interface CommitFeed {
  /** Does the branch, as last fetched, contain this commit? */
  hasCommit(commit: string): Promise<boolean>
  /**
   * Ids of the commits that `to` contains and `after` does not, oldest first. The same pair always
   * gives the same list.
   * @throws StoreError `git_unavailable`: the cache cannot be read
   */
  commitsBetween(after: string, to: string): Promise<readonly string[]>
  /**
   * The changes of these commits, in their order. A commit has at least one entry, except for a
   * squash merge that consists of other entries.
   * @throws StoreError `git_unavailable`: the cache cannot be read
   */
  changesOf(commits: readonly string[]): Promise<readonly CommittedChange[]>
}
