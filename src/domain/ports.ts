import type { Platform } from '../contract/platform-file.ts'
import type { StoreFile } from '../contract/store-file.ts'
import type { Change, Store } from '../contract/store.ts'
import type { Action, ChangeSource } from '../contract/words.ts'
import type { Provisioning } from './admission/provisioning.ts'
import type { TimeReading } from './clocks.ts'
import type { FileCap } from './file-cap.ts'
import type { GitClient } from './git-client.ts'
import type { RepoState } from './repo-state.ts'
import type { Sealer } from './sealer.ts'
import type { ChangeRef, Snapshot, StoreId, StoreRecord } from './snapshot.ts'
import type { Application, ApplicationSetState } from './status/application.ts'
import type { StoreDetail } from './store-detail.ts'

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
}

/** A clock that also measures monotonic time, which cannot be set. */
export interface MonotonicClock extends Clock {
  /** Milliseconds since this process started. */
  uptimeMs(): number
}

/** The time as known from the clocks of this process and from responses of other hosts. */
export interface Time {
  reading(): TimeReading
}

/** Identity of a request. It goes into commits, so it must not contain an e-mail address or an IP address. */
export interface Requester {
  /** Opaque, `[A-Za-z0-9_.:/-]{1,128}`. */
  readonly subject: string
  readonly auth: 'local' | 'token' | 'oidc' | 'ci' | 'system'
  readonly source: Exclude<ChangeSource, 'git' | 'pull-request'>
  /** ULID made by this server. It identifies the commit of a request after a lost response. */
  readonly requestId: string
}

/** Files that replace the directory of one store. */
export interface StoreChange {
  readonly team: string
  readonly name: string
  readonly action: Action
  /** Short facts for the subject line, such as `woo`, `small`. */
  readonly facts: readonly string[]
  /** Reason in the requester's words, used as the body of the commit. */
  readonly reason?: string
  readonly ticket?: string
  /** Further trailers. Keys and values are single lines. */
  readonly trailers?: Readonly<Record<string, string>>
  /** Bytes by path below `stores/<team>/<name>/`. They replace the whole directory. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** The parsed `store.yaml` of `files`. @default it is parsed again */
  readonly intent?: StoreFile | undefined
}

/**
 * Decides on one snapshot. It must be pure and synchronous, because it runs again on a newer head
 * after each push that lost a race. `'unchanged'`: the request already holds, so no commit is made.
 * @throws StoreError a refusal, which only affects this request
 */
export type Decide = (at: Snapshot) => StoreChange | 'unchanged'

export interface IdempotencyKey {
  /** `sha256:<hex>` of subject, NUL, key. */
  readonly keyHash: string
  /** `sha256:<hex>` of method, path and canonical body. */
  readonly inputDigest: string
}

export interface ChangeOptions {
  /** Milliseconds for queueing, decisions and pushes together. @default 30000 */
  readonly deadlineMs?: number
  readonly idempotency?: IdempotencyKey
  readonly signal?: AbortSignal
}

/** One of our own requests whose commit is on the branch. */
export interface LandedRequest extends StoreId {
  readonly requestId: string
  readonly ref: ChangeRef
}

/** A change that is on the remote's branch. */
export interface Landed {
  readonly outcome: 'landed' | 'unchanged' | 'replayed'
  /** The commit with the change. For `unchanged`: the newest commit of that store, or the head. */
  readonly commit: string
  /** The store at that commit; `null` if the commit removed it. */
  readonly record: StoreRecord | null
  /** A snapshot that includes the change. */
  readonly snapshot: Snapshot
  readonly timing: WriteTiming
}

/** How the time of one change was spent, in milliseconds of the monotonic clock. */
export interface WriteTiming {
  /** From the request to its response. */
  readonly totalMs: number
  /** Part of `totalMs` for which the push limit of the remote delayed the change. */
  readonly pacedMs: number
  /** Number of pushes that contained this change, including lost ones; 0 = none was needed. */
  readonly pushes: number
}

/** The stores repository. Reads use the last fetched head and still work when the remote is down. */
export interface StoresRepo {
  /** The newest head known to this process. Cheap to call. */
  snapshot(): Snapshot
  /**
   * The head on which decisions run. It differs from `snapshot` for an identity that may not read
   * every team, so only previews use it, and never to show a store.
   */
  decisionBase(): Snapshot
  /**
   * Runs `decide` on the newest head and pushes the change as one commit, never forced. Resolves only
   * after the remote's branch has the commit. Changes of one batch are applied in order.
   * @throws StoreError any error of `decide`; `git_unavailable`, `git_auth`, `remote_locked`,
   *   `storage_full`, `policy_rejected`, `history_rewritten`, `generator_outdated`, `writer_busy`,
   *   `shutting_down` (nothing was written); `git_timeout` with extra `outcome` `not_written` or
   *   `unknown`; `idempotency_in_flight`, `idempotency_key_reused`
   */
  change(by: Requester, decide: Decide, options?: ChangeOptions): Promise<Landed>
  /**
   * Accepts a rewritten branch and allows writes again. Writes nothing itself.
   * @param expectedHead the head that the admin reviewed, which must still be the head of the branch
   * @returns stores that are missing from the rewritten branch
   * @throws StoreError `conflict` if the branch is not rewritten or has another head (extra `head`);
   *   codes of an unreachable remote
   */
  acceptRewrite(expectedHead: string): Promise<readonly StoreId[]>
  /**
   * Commits of one store, newest first, in graph order.
   * @param cursor start after this commit
   * @throws StoreError `commit_not_found` for an unknown cursor
   */
  history(
    team: string,
    name: string,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<{ readonly changes: readonly Change[]; readonly next: string | null }>
  /**
   * Matching changes of all stores and of the other files, newest first, in graph order.
   * @param cursor start after this commit
   * @param matching also gets the teams of the stores that the change touched
   * @throws StoreError `commit_not_found` for an unknown cursor
   */
  audit(page: {
    readonly limit: number
    readonly cursor?: string
    readonly matching: (change: Change, teams: readonly string[]) => boolean
  }): Promise<{ readonly changes: readonly Change[]; readonly next: string | null }>
  /**
   * Files of one store at a commit (default: head), with paths below the store's directory, sorted.
   * @param cap limit, applied in the order of `intentFirst`. @default no limit
   * @throws StoreError `commit_not_found`, `store_not_found` if the directory does not exist there
   */
  files(
    team: string,
    name: string,
    at?: string,
    cap?: FileCap,
  ): Promise<{
    readonly commit: string
    readonly files: readonly { readonly path: string; readonly content: string }[]
    /** True if the cap left files out. */
    readonly truncated: boolean
  }>
  /** Tree id of a store's `manifests/` at a commit; `''` if absent there, `null` if the commit is unknown. */
  manifestsTree(commit: string, team: string, name: string): Promise<string | null>
  /**
   * platform.yaml at a commit, or `null` if it does not parse or the commit is unknown. If its text
   * is that of the snapshot, the snapshot's own object is returned.
   */
  platformAt(commit: string): Promise<Platform | null>
  /** Our own requests of the last 25 hours, newest first. */
  requests(): readonly LandedRequest[]
  state(): RepoState
  /** Fetches without waiting for the interval, as soon as a running fetch or write has finished. */
  look(): void
  /** Calls `listener` after each move of the head. Returns a function that unsubscribes. */
  onMoved(listener: (snapshot: Snapshot) => void): () => void
  /** Accepts no new writes. Running pushes get `graceMs`, then their processes are killed. */
  close(graceMs: number): Promise<void>
}

/** Serves the embedded repository over Git's smart HTTP protocol. */
export interface PackServer {
  /**
   * Handles `info/refs`, `git-upload-pack` and, if `client.onPush` is set, `git-receive-pack` below
   * {@link GIT_PATH}. Any other path is 403 or 404.
   * @param client if absent, the request is read-only and its sender unknown
   */
  handle(request: Request, client?: GitClient): Promise<Response>
}

/** What Argo CD observed, per store, from memory. */
export interface Applications {
  readonly source: 'kubernetes' | 'argocd' | 'simulated'
  /** True if this process makes the status up. */
  readonly simulated: boolean
  /** `null` if there is no such Application. */
  get(declared: StoreRecord): Application | null
  /** Does an Application with this name exist, even without a declared store? */
  has(name: string): boolean
  /** State of that ApplicationSet if the source knows it, otherwise the first error of any. */
  applicationSet(set?: string): ApplicationSetState | null
  /** Milliseconds since the Unix epoch of the last report of the source; 0 = never; now, if simulated. */
  asOf(): number
  /** Milliseconds between two reports of the source when nothing changes. */
  readonly intervalMs: number
  /** What is wrong with the source now, as one sentence without secrets; `null` if nothing is. */
  problem(): string | null
  /** Calls `listener` with the names of changed Applications. Returns a function that unsubscribes. */
  onChanged(listener: (names: readonly string[]) => void): () => void
  /** Resolves after the first complete read. Never rejects. */
  readonly listed: Promise<void>
  close(): Promise<void>
}

export interface LogFields {
  readonly req_id?: string
  readonly client_req_id?: string
  readonly trace_id?: string
  readonly span_id?: string
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

/** Structured log. Its fields are a closed list, so nothing else can leak. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** Notifies others that the branch moved. Best effort, because a failure only adds latency. */
export interface PushListener {
  /** `files`: paths that the pushed commits added, modified or removed; never empty. */
  landed(change: {
    readonly head: string
    readonly files: readonly { readonly path: string; readonly kind: 'added' | 'modified' }[]
  }): void
}

/** Stores as clients see them: the declared and the observed state together. Implemented in `observe/`. */
export interface StoreViews {
  /** Every store at the newest head, including deleted ones, in no particular order. */
  all(): readonly Store[]
  /** `null` if the store is not declared. */
  get(name: string): Store | null
  /** One record of `snapshot` as clients see it, for responses to writes. */
  present(record: StoreRecord, snapshot: Snapshot): Store
}

/** How far a purge may rely on the observed state. */
export interface PurgeSettings {
  /** Argo CD's `timeout.reconciliation` plus jitter. */
  readonly reconciliationMs: number
  /** Accept a simulated status, because no real Argo CD reads this repository. */
  readonly simulatedIsEnough: boolean
  /** Milliseconds of uptime for which a deletion must have been due. */
  readonly minUptimeMs: number
}

/** Dependencies of the operations. */
export interface OperationDeps {
  readonly repo: StoresRepo
  readonly views: StoreViews
  readonly applications: Applications
  readonly provisioning: Provisioning
  /** `null` if there is no source besides Git (simulated). */
  readonly detail: StoreDetail | null
  /** Sends Argo CD's webhooks the files of a store again; `null` if none is configured. */
  readonly nudge: PushListener | null
  readonly clock: Clock
  readonly time: Time
  readonly sealer: Sealer
  readonly purge: PurgeSettings
  /** `PUBLIC_URL/git/stores.git` if the embedded repository is served, else `null`. */
  readonly cloneUrl: string | null
  /**
   * No store may begin to use a release with placeholder digests. @default false, for status that is
   * simulated
   */
  readonly pinnedOnly?: boolean
}
