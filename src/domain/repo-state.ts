import type { StoreId } from './ports.ts'

/** What the branch became when somebody rewrote it. Nothing is written until it is accepted. */
export interface Rewrite {
  /** Head of the rewritten branch; `null`: the branch is gone. */
  readonly head: string | null
  /** Stores whose newest state is not in the rewritten branch. */
  readonly vanished: readonly StoreId[]
}

/** Sums since the process began. */
export interface RepoFigures {
  /** Pushes begun, lost ones too. */
  readonly pushes: number
  readonly commits: number
  /** Most pushes that one change needed. */
  readonly worstPushes: number
  /** Milliseconds in which pushes were held back for the remote's sake. */
  readonly pacedMs: number
  /** Caches set aside and cloned again. */
  readonly cacheRebuilds: number
}

/** Signatures of commits, where they are asked for. */
export interface SigningState {
  readonly format: 'ssh' | 'gpg'
  /** Commits that are not verified yet. */
  readonly waiting: number
  /** Stores whose rendered files came by a commit that no trusted key signed. */
  readonly unsigned: readonly StoreId[]
  /** Why the last commits could not be signed; `null` = they could. */
  readonly problem: string | null
}

export interface RepoState {
  /** `null`: writes can succeed as far as we know. Else the code a write would get. */
  readonly blockedBy: 'git_unavailable' | 'git_auth' | 'history_rewritten' | 'not_ready' | null
  /** Milliseconds since the Unix epoch of the last answer of the remote; 0 = never. */
  readonly lastContactAt: number
  readonly queued: number
  /** Not `null`: read-only. */
  readonly rewrite: Rewrite | null
  /** Stores that a commit of ours put on the branch and that are missing or stale there without a reason. Must be empty. */
  readonly lost: readonly StoreId[]
  /** `null`: commits are neither signed nor verified. */
  readonly signing: SigningState | null
  readonly figures: RepoFigures
}
