import type { StoreId } from './snapshot.ts'

/** A branch whose history was rewritten. Nothing is written until an admin accepts it. */
export interface Rewrite {
  /** Head of the rewritten branch; `null` if the branch is gone. */
  readonly head: string | null
  /** Stores whose newest state is missing from the rewritten branch. */
  readonly vanished: readonly StoreId[]
}

/** Totals since the process started. */
export interface RepoFigures {
  /** Pushes that were started, including those that lost a race. */
  readonly pushes: number
  readonly commits: number
  /** Highest number of pushes that one change needed. */
  readonly worstPushes: number
  /** Milliseconds for which pushes were delayed by the limit of the remote. */
  readonly pacedMs: number
  /** Number of times the cache was set aside and cloned again. */
  readonly cacheRebuilds: number
}

/** State of commit signing, if it is configured. */
export interface SigningState {
  readonly format: 'ssh' | 'gpg'
  /** Commits that are not verified yet. */
  readonly waiting: number
  /** Stores whose rendered files were changed by a commit without a trusted signature. */
  readonly unsigned: readonly StoreId[]
  /** Why signing last failed; `null` if it succeeded. */
  readonly problem: string | null
}

export interface RepoState {
  /** `null` if writes should succeed, else the code that a write would fail with. */
  readonly blockedBy: 'git_unavailable' | 'git_auth' | 'history_rewritten' | 'not_ready' | null
  /** Milliseconds since the Unix epoch of the last response of the remote; 0 = never. */
  readonly lastContactAt: number
  /** Milliseconds since the branch was last fetched. `Infinity` before the first fetch. */
  readonly fetchAgeMs: number
  readonly queued: number
  /** Not `null`: the repository is read-only. */
  readonly rewrite: Rewrite | null
  /** Stores that we committed and that are missing or stale on the branch without a reason. Must be empty. */
  readonly lost: readonly StoreId[]
  /** `null` if commits are neither signed nor verified. */
  readonly signing: SigningState | null
  readonly figures: RepoFigures
}
