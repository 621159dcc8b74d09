import { tmpdir } from 'node:os'
import type { HeardDate } from '../../domain/answer-date.ts'
import type { CommitFeed } from '../../domain/commit-feed.ts'
import { compact } from '../../domain/compact.ts'
import { type ControlLoop, startControlLoop } from '../../domain/control-loop.ts'
import { type Metrics, noMetrics } from '../../domain/metrics.ts'
import type { Clock, Log, StoresRepo } from '../../domain/ports.ts'
import type { KeyRing } from '../../domain/provenance.ts'
import type { RepoState } from '../../domain/repo-state.ts'
import { noTracing, type Tracing } from '../../domain/tracing.ts'
import { cacheConfig } from './cache/cache-config.ts'
import { Cache } from './cache/cache.ts'
import { unavailable } from './cache/git-errors.ts'
import { Housekeeping } from './cache/housekeeping.ts'
import { Lane } from './cache/lane.ts'
import { ObjectReadError } from './cache/object-reader.ts'
import { isBranchName } from './process/argv.ts'
import type { Remote } from './process/environment.ts'
import { installedGit } from './process/git-version.ts'
import type { PushHold } from './process/push-hold.ts'
import { openSigning, type Signing, type SigningOptions } from './process/signing.ts'
import { AuditLog } from './read/audit-log.ts'
import { changesOfCommits, idsBetween } from './read/commit-feed.ts'
import { LogReadError } from './read/commit-log.ts'
import { Mirror } from './read/mirror.ts'
import { filesAt, historyOf, manifestsTreeAt, pageOf } from './read/reads.ts'
import { Signatures } from './read/signatures.ts'
import type { Author } from './write/fast-import.ts'
import { paced } from './write/pace.ts'
import type { WriteDeps, WritePoint } from './write/write-deps.ts'
import { Writer } from './write/writer.ts'

export type { Remote } from './process/environment.ts'

export interface StoresRepoOptions {
  readonly remote: Remote
  /** Lets pushes to the embedded repository wait. @default null, they never do */
  readonly hold?: PushHold | null
  /** @default main */
  readonly branch?: string
  /** Holds the disposable cache, `cache.git`; absolute, one process at a time. */
  readonly dataDir: string
  /** Author and committer of every commit of ours. */
  readonly author: Author
  /** Semver of the generator, for the trailers. */
  readonly generator: string
  /** Keys that prove commits of this installation, shared by its servers. */
  readonly keys: KeyRing
  /** Milliseconds between fetches for changes pushed by others; 0: never. */
  readonly fetchIntervalMs: number
  /** Pushes per minute that the remote allows; 0: no limit. @default 0 */
  readonly pushesPerMinute?: number
  /** Allow writing stores that a newer generator wrote. @default false */
  readonly allowDowngrade?: boolean
  /**
   * Signs every commit, and marks stores whose rendered files were changed by an unsigned commit.
   * @default off
   */
  readonly signing?: SigningOptions
  /** Refuse a git with known security holes instead of warning. @default false */
  readonly patchedGitOnly?: boolean
  /** Receives the `Date` of each response of an HTTP remote. */
  readonly heardDate?: HeardDate
  /** For tests that fail a write at one of its steps. */
  readonly reached?: (point: WritePoint) => Promise<void>
  /** @default nothing is measured */
  readonly metrics?: Metrics
  /** @default nothing is traced */
  readonly tracing?: Tracing
  readonly log: Log
  readonly clock: Clock
}

/**
 * Opens the stores repository: verifies or clones the cache, loads the newest snapshot, and starts
 * polling for changes pushed by others.
 * @throws Error invalid options, or a key that cannot sign
 * @throws StoreError `git_unavailable`, `git_auth`, `git_timeout`, `not_ready`: nothing can be read
 * yet
 */
export async function openStoresRepo(options: StoresRepoOptions): Promise<StoresRepo & CommitFeed> {
  const { remote, branch = 'main', dataDir, log, clock, keys, metrics = noMetrics } = options
  const { tracing = noTracing } = options
  if (!isBranchName(branch))
    throw new Error(
      'the branch name of the stores repository is invalid: use letters, digits, . _ - and /',
    )
  await assertGit(options)
  cacheConfig(remote, 'sha1') // refuses an invalid remote before anything is written
  const signing = options.signing === undefined ? null : await openSigning(dataDir, options.signing)
  const cache = new Cache({
    dataDir,
    remote,
    branch,
    signing,
    metrics,
    log,
    ...compact({ heardDate: options.heardDate }),
  })
  const signatures = signing === null ? null : new Signatures(signing, cache.profile, log)
  await signatures?.open()
  const mirror = new Mirror({ cache, clock, signatures, keys, log })
  const stop = new AbortController()
  const lane = new Lane()
  const { author, generator, allowDowngrade = false, pushesPerMinute = 0 } = options
  const pace = pushesPerMinute > 0 ? paced(pushesPerMinute) : null
  const housekeeping = new Housekeeping({ cache, lane, log })
  const embeddedPath = remote.kind === 'embedded' ? remote.path : null
  await mirror.open()
  if (signatures !== null) {
    signatures.onChanged = () => void lane.run(async () => mirror.judge())
    signatures.onChanged()
  }
  const identity = { author, generator, allowDowngrade, keys, signed: signing !== null }
  const tools = { clock, lane, log, metrics, tracing, housekeeping, pace, embeddedPath }
  const parts = { cache, mirror, ...tools, ...identity }
  const { reached, fetchIntervalMs, hold = null } = options
  const deps = { ...parts, reached, hold, signing, signatures, signal: stop.signal }
  return new GitStoresRepo(deps, stop, fetchIntervalMs)
}

/** @throws Error an unusable git, or with `patchedGitOnly` a git with known security holes */
async function assertGit({ log, patchedGitOnly }: StoresRepoOptions): Promise<void> {
  const git = await installedGit(tmpdir())
  if (git.is === 'fit') return
  if (git.is === 'unusable' || patchedGitOnly === true) throw new Error(git.why)
  log.warn('git has known security holes', { detail: git.why })
}

interface RepoDeps extends WriteDeps {
  readonly housekeeping: Housekeeping
  readonly signing: Signing | null
  readonly signatures: Signatures | null
}

class GitStoresRepo implements StoresRepo, CommitFeed {
  readonly #parts: RepoDeps
  readonly #writer: Writer
  readonly #stop: AbortController
  readonly #audit: AuditLog
  readonly #poll: ControlLoop

  constructor(parts: RepoDeps, stop: AbortController, fetchIntervalMs: number) {
    this.#parts = parts
    this.#stop = stop
    this.#writer = new Writer(parts)
    this.#audit = new AuditLog(parts.cache, () => parts.mirror.provenance)
    parts.housekeeping.soon()
    parts.housekeeping.watch()
    this.#poll = startControlLoop({
      look: (cause) => this.#fetch(cause === 'new' ? 0 : fetchIntervalMs / 2),
      // The mirror keeps the error, which the state shows.
      onFailure: () => {},
      intervalMs: fetchIntervalMs,
      looksAtStart: false,
    })
  }

  snapshot() {
    return this.#parts.mirror.edition.snapshot
  }

  decisionBase() {
    return this.snapshot()
  }

  change(...[by, decide, options]: Parameters<StoresRepo['change']>) {
    return this.#writer.change(by, decide, options ?? {})
  }

  acceptRewrite(expectedHead: string) {
    const { lane, mirror } = this.#parts
    return lane.run(() => mirror.accept(expectedHead))
  }

  history(...[team, name, page]: Parameters<StoresRepo['history']>) {
    const { cache, mirror } = this.#parts
    return this.#reading(() =>
      historyOf(cache, this.snapshot().head, team, name, page, mirror.provenance),
    )
  }

  audit(...[page]: Parameters<StoresRepo['audit']>) {
    return this.#reading(() => pageOf(this.#audit.changes(this.snapshot().head), page))
  }

  hasCommit(commit: string) {
    return this.#parts.cache.isAncestor(commit, this.snapshot().head)
  }

  commitsBetween(after: string, to: string) {
    return this.#reading(() => idsBetween(this.#parts.cache, after, to))
  }

  changesOf(commits: readonly string[]) {
    const { cache, mirror } = this.#parts
    return this.#reading(() => changesOfCommits(cache, mirror.provenance, commits))
  }

  files(...[team, name, at, cap]: Parameters<StoresRepo['files']>) {
    const { cache } = this.#parts
    return this.#reading(() => filesAt(cache, this.snapshot().head, team, name, at, cap))
  }

  manifestsTree(...[commit, team, name]: Parameters<StoresRepo['manifestsTree']>) {
    const { cache } = this.#parts
    return this.#reading(() => manifestsTreeAt(cache, this.snapshot(), commit, team, name))
  }

  platformAt(commit: string) {
    return this.#reading(() => this.#parts.mirror.platformAt(commit))
  }

  requests() {
    const { mirror, clock } = this.#parts
    return mirror.history.requests(clock.now())
  }

  state(): RepoState {
    const { cache, mirror } = this.#parts
    const { blockedBy, lastContactAt, rewrite, lost } = mirror
    const figures = { ...this.#writer.figures, cacheRebuilds: cache.rebuilds }
    const signing = this.#signingState()
    return {
      blockedBy,
      lastContactAt,
      fetchAgeMs: mirror.fetchAge(),
      queued: this.#writer.queued,
      rewrite,
      lost,
      signing,
      figures,
    }
  }

  #signingState(): RepoState['signing'] {
    const { signing, signatures } = this.#parts
    if (signing === null || signatures === null) return null
    const { waiting, unsigned } = signatures
    return { format: signing.format, waiting, unsigned, problem: this.#writer.signingProblem }
  }

  onMoved(...[listener]: Parameters<StoresRepo['onMoved']>) {
    return this.#parts.mirror.onMoved(listener)
  }

  async close(graceMs: number): Promise<void> {
    const polled = this.#poll.close()
    this.#writer.stop()
    this.#parts.housekeeping.stop()
    const grace = setTimeout(() => this.#stop.abort(), graceMs)
    await this.#parts.lane.run(() => this.#parts.cache.tidy())
    clearTimeout(grace)
    this.#stop.abort()
    await polled
    this.#parts.cache.objects.restart()
    this.#parts.cache.http?.close()
    await this.#parts.signatures?.close()
    await this.#parts.signing?.close()
  }

  look(): void {
    this.#poll.look()
  }

  /**
   * Fetches unless a fetch was made within `recentMs`. A successful push does not count, because it
   * does not show what the host kept.
   */
  #fetch(recentMs: number): Promise<void> | null {
    const { lane, mirror, signal } = this.#parts
    return mirror.fetchAge() < recentMs ? null : lane.run(() => mirror.sync(signal))
  }

  /**
   * Repairs the cache and reads again if it turns out to be damaged.
   * @throws StoreError `git_unavailable`
   */
  async #reading<T>(read: () => Promise<T>): Promise<T> {
    const { lane, mirror } = this.#parts
    for (const force of [false, true]) {
      try {
        return await read()
      } catch (error) {
        if (!isDamage(error)) throw error
        await lane.run(() => mirror.repair(force)).catch(() => {})
      }
    }
    return read().catch((error: unknown) => {
      throw isDamage(error) ? unavailable(error) : error
    })
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof ObjectReadError || error instanceof LogReadError
}
