import type { Platform } from '../contract/platform-file.ts'
import type { Change, Store } from '../contract/store.ts'
import type { StoreFile } from '../contract/store-file.ts'
import type { Action, ChangeSource } from '../contract/words.ts'
import type { Application, ApplicationSetState } from './application.ts'
import type { TimeReading } from './clocks.ts'
import type { FileCap } from './file-cap.ts'
import type { GitClient } from './git-client.ts'
import type { Provisioning } from './provisioning.ts'
import type { RepoState } from './repo-state.ts'
import type { Sealer } from './sealer.ts'
import type { ChangeRef, Snapshot, StoreRecord } from './snapshot.ts'
import type { StoreDetail } from './store-detail.ts'

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
}

/** A clock that also measures time that cannot be set. */
export interface MonotonicClock extends Clock {
  /** Milliseconds that this process has been running. */
  uptimeMs(): number
}

/** What this process knows of the time, from its own clocks and from answers of other hosts. */
export interface Time {
  reading(): TimeReading
}

/** Who asks, and under which id. Nothing here is an e-mail address or an IP: it goes into commits. */
export interface Requester {
  /** Opaque, `[A-Za-z0-9_.:/-]{1,128}`. */
  readonly subject: string
  readonly auth: 'local' | 'system'
  readonly source: Exclude<ChangeSource, 'git' | 'pull-request'>
  /** ULID made by this server: proof of landing after a lost answer. */
  readonly requestId: string
}

/** Files of one store to put in place of what its directory holds now. */
export interface StoreChange {
  readonly team: string
  readonly name: string
  readonly action: Action
  /** Short facts for the subject line, such as `woo`, `small`. */
  readonly facts: readonly string[]
  /** Why, in the requester's words; body of the commit. */
  readonly reason?: string
  readonly ticket?: string
  /** Further trailers; keys and values are single lines. */
  readonly trailers?: Readonly<Record<string, string>>
  /** Path below `stores/<team>/<name>/` -> bytes. The whole directory is replaced. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** What reading the `store.yaml` in `files` gives. @default it is read */
  readonly intent?: StoreFile | undefined
}

/**
 * Decides on one snapshot. Pure and synchronous: it runs again on a newer head whenever a push lost the race.
 * `'unchanged'`: what is asked for already holds, no commit is made.
 * @throws StoreError a refusal; answers this request alone
 */
export type Decide = (at: Snapshot) => StoreChange | 'unchanged'

export interface IdempotencyKey {
  /** `sha256:<hex>` of subject, NUL, key. */
  readonly keyHash: string
  /** `sha256:<hex>` of method, path and canonical body. */
  readonly inputDigest: string
}

export interface ChangeOptions {
  /** Milliseconds for queue, decisions and pushes together. @default 30000 */
  readonly deadlineMs?: number
  readonly idempotency?: IdempotencyKey
  readonly signal?: AbortSignal
}

/** A request of ours that is on the branch. */
export interface LandedRequest extends StoreId {
  readonly requestId: string
  readonly ref: ChangeRef
}

/** A change that the remote's branch holds. */
export interface Landed {
  readonly outcome: 'landed' | 'unchanged' | 'replayed'
  /** The commit that holds the change; for `unchanged` the newest commit of that store, or the head. */
  readonly commit: string
  /** The store as of that commit; `null` when it is gone there. */
  readonly record: StoreRecord | null
  /** Snapshot that includes the change. */
  readonly snapshot: Snapshot
  readonly timing: WriteTiming
}

/** Where the time of one change went. Milliseconds on the monotonic clock. */
export interface WriteTiming {
  /** From the request to its answer. */
  readonly totalMs: number
  /** Of that, held back because the remote takes only so many pushes a minute. */
  readonly pacedMs: number
  /** Pushes that held this change, lost ones too; 0 = none was needed. */
  readonly pushes: number
}

export interface StoreId {
  readonly team: string
  readonly name: string
}

/** The stores repository. Reads come from the last fetched head and go on when the remote is down. */
export interface StoresRepo {
  /** Newest head known to this process. Cheap. */
  snapshot(): Snapshot
  /**
   * Runs `decide` on the newest head and lands its change on the remote: one commit, never forced.
   * Resolves only after the remote's branch holds the commit. Items of one batch are applied in order.
   * @throws StoreError what `decide` threw; `git_unavailable`, `git_auth`, `remote_locked`, `storage_full`,
   *   `policy_rejected`, `history_rewritten`, `generator_outdated`, `writer_busy`, `shutting_down` (nothing written);
   *   `git_timeout` with extra `outcome` `not_written` or `unknown`; `idempotency_in_flight`, `idempotency_key_reused`
   */
  change(by: Requester, decide: Decide, options?: ChangeOptions): Promise<Landed>
  /**
   * Takes a rewritten branch as the truth and lets writes go on. Writes nothing.
   * @param expectedHead the head that was looked at: the branch must still be there
   * @returns stores that are not in the rewritten branch
   * @throws StoreError `conflict`: not rewritten, or at another head (extra `head`); codes of an unreachable remote
   */
  acceptRewrite(expectedHead: string): Promise<readonly StoreId[]>
  /**
   * Commits of one store, newest first, by graph order.
   * @param cursor continue after this commit
   * @throws StoreError `commit_not_found` for an unknown cursor
   */
  history(
    team: string,
    name: string,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<{ readonly changes: readonly Change[]; readonly next: string | null }>
  /**
   * Changes of all stores and of what stands beside them that match, newest first, by graph order.
   * @param cursor continue after this commit
   * @throws StoreError `commit_not_found` for an unknown cursor
   */
  audit(page: {
    readonly limit: number
    readonly cursor?: string
    readonly matching: (change: Change) => boolean
  }): Promise<{ readonly changes: readonly Change[]; readonly next: string | null }>
  /**
   * Files of one store at a commit (default: head), paths below the store's directory, sorted.
   * @param cap how much of them, in the order of `intentFirst`. @default all
   * @throws StoreError `commit_not_found`, `store_not_found` when the directory does not exist there
   */
  files(
    team: string,
    name: string,
    at?: string,
    cap?: FileCap,
  ): Promise<{
    readonly commit: string
    readonly files: readonly { readonly path: string; readonly content: string }[]
    /** True: the cap left files out. */
    readonly truncated: boolean
  }>
  /**
   * Tree id of a store's `manifests/` at a commit: `''` when absent there, `null` when the commit is unknown here.
   */
  manifestsTree(commit: string, team: string, name: string): Promise<string | null>
  /**
   * platform.yaml at a commit; the snapshot's own object where that is the same text. `null`: none that parses, or the commit
   * is unknown here.
   */
  platformAt(commit: string): Promise<Platform | null>
  /** Requests of ours of the last 25 hours, newest first. */
  requests(): readonly LandedRequest[]
  state(): RepoState
  /** Fetches as soon as the fetch or write under way has ended, without waiting for the interval. */
  look(): void
  /** Calls `listener` after the head moved. Returns a function that ends it. */
  onMoved(listener: (snapshot: Snapshot) => void): () => void
  /** No new writes; pushes under way run on for at most `graceMs`, then their processes are killed. */
  close(graceMs: number): Promise<void>
}

/** Serves the embedded repository over Git's smart HTTP protocol. */
export interface PackServer {
  /**
   * Answers `info/refs`, `git-upload-pack` and, where `client.onPush` is set, `git-receive-pack` below {@link GIT_PATH};
   * anything else is 403 or 404.
   * @param client without one, the request is read-only and comes from nowhere
   */
  handle(request: Request, client?: GitClient): Promise<Response>
}

/** What Argo CD observed. One answer per store, from memory. */
export interface Applications {
  readonly source: 'kubernetes' | 'argocd' | 'simulated'
  /** True: made up by this process. */
  readonly simulated: boolean
  /** `null`: no such Application. */
  get(declared: StoreRecord): Application | null
  /** Is there an Application of this name, whether a store of it is declared or not? */
  has(name: string): boolean
  /** Of that one set where the source knows it; else, and without a name, the first error of any. */
  applicationSet(set?: string): ApplicationSetState | null
  /** Milliseconds since the Unix epoch when the source last spoke; 0 = never; equals now for a simulated one. */
  asOf(): number
  /** How often the source speaks when nothing happens, in milliseconds. */
  readonly intervalMs: number
  /** What is wrong with the source now, one sentence without secrets; `null` = nothing. */
  problem(): string | null
  /** Calls `listener` with the names of Applications that may read differently now. Returns a function that ends it. */
  onChanged(listener: (names: readonly string[]) => void): () => void
  /** Resolves once everything was read for the first time; never rejects. */
  readonly listed: Promise<void>
  close(): Promise<void>
}

export interface LogFields {
  readonly req_id?: string
  readonly client_req_id?: string
  readonly store?: string
  readonly team?: string
  readonly action?: string
  readonly revision?: string
  readonly duration_s?: number
  readonly status?: number
  readonly code?: string
  readonly subject?: string
  readonly method?: string
  readonly route?: string
  readonly count?: number
  readonly detail?: string
  readonly err?: unknown
}

/** Structured log; fields are this closed list, so nothing else can leak. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** Tells others that the branch moved. Best effort: failure costs latency only. */
export interface PushListener {
  /** `files`: paths that the pushed commits added, modified or removed; never empty. */
  landed(change: {
    readonly head: string
    readonly files: readonly { readonly path: string; readonly kind: 'added' | 'modified' }[]
  }): void
}

/** Stores as clients see them: declared in Git joined with observed by Argo CD. Implemented by `observe/`. */
export interface StoreViews {
  /** Every store of the newest head, in no particular order; deleted ones too. */
  all(): readonly Store[]
  /** `null`: not declared. */
  get(name: string): Store | null
  /** One record of `snapshot` as clients see it; for answers to writes. */
  present(record: StoreRecord, snapshot: Snapshot): Store
}

/** How much of what is observed a purge may believe. */
export interface PurgeSettings {
  /** Argo CD's `timeout.reconciliation` plus jitter. */
  readonly reconciliationMs: number
  /** A simulated Argo CD may stand for a real one: nobody else reads this repository. */
  readonly simulatedIsEnough: boolean
  /** Milliseconds of uptime for which a deletion must have been due. */
  readonly minUptimeMs: number
}

/** What operations are given. */
export interface OperationDeps {
  readonly repo: StoresRepo
  readonly views: StoreViews
  readonly applications: Applications
  readonly provisioning: Provisioning
  /** `null`: nothing but Git can tell (simulated). */
  readonly detail: StoreDetail | null
  /** Tells Argo CD's webhooks again which files of a store to look at; `null`: none is configured. */
  readonly nudge: PushListener | null
  readonly clock: Clock
  readonly time: Time
  readonly sealer: Sealer
  readonly purge: PurgeSettings
  /** `PUBLIC_URL/git/stores.git` when the embedded repository is served, else `null`. */
  readonly cloneUrl: string | null
}
