import { StoreError } from '../../../domain/errors.ts'
import type { Clock, Log } from '../../../domain/ports.ts'
import type { KeyRing } from '../../../domain/provenance.ts'
import type { RepoState, Rewrite } from '../../../domain/repo-state.ts'
import type { Snapshot, StoreId } from '../../../domain/snapshot.ts'
import { type Cache, FetchError } from '../cache/cache.ts'
import { errorOfFetch, notRewritten, rewritten } from '../cache/git-errors.ts'
import { ObjectReadError } from '../cache/object-reader.ts'
import { LogReadError, type LoggedCommit } from './commit-log.ts'
import { type Edition, EditionReader } from './edition-reader.ts'
import type { FolderMove } from './fleet.ts'
import type { HistoryIndex } from './history-index.ts'
import { lostStores, vanishedStores } from './ledger.ts'
import { Provenance } from './provenance.ts'
import type { Signatures } from './signatures.ts'

export interface MirrorOptions {
  readonly cache: Cache
  readonly clock: Clock
  /** `null`: commit signatures are not checked. */
  readonly signatures: Signatures | null
  /** Verifies which commits were made by servers of this installation. */
  readonly keys: KeyRing
  readonly log: Log
}

/**
 * The local view of the remote branch: newest snapshot, history, and whether writes are possible.
 * Reads always work. `sync`, `land` and `repair` must run one at a time, in the writer's lane.
 */
export class Mirror {
  readonly #options: MirrorOptions
  #reader: EditionReader
  readonly #listeners = new Set<(snapshot: Snapshot) => void>()
  #edition: Edition | null = null
  #blockedBy: RepoState['blockedBy'] = 'not_ready'
  #lastContactAt = 0
  /** Monotonic time in milliseconds at which the remote's head was known to equal ours. */
  #confirmedAt = Number.NEGATIVE_INFINITY
  #fetchedAt = Number.NEGATIVE_INFINITY
  #peopleAt = Number.NEGATIVE_INFINITY
  #serversAt = Number.NEGATIVE_INFINITY
  #rewrite: Rewrite | null = null
  #lost: readonly StoreId[] = []

  constructor(options: MirrorOptions) {
    this.#options = options
    this.#reader = this.#newReader()
  }

  get history(): HistoryIndex {
    return this.#reader.history
  }

  get provenance(): Provenance {
    return this.#reader.provenance
  }

  get rewrite(): Rewrite | null {
    return this.#rewrite
  }

  get lost(): readonly StoreId[] {
    return this.#lost
  }

  get edition(): Edition {
    if (this.#edition === null)
      throw new StoreError('not_ready', 'the stores repository is not loaded yet')
    return this.#edition
  }

  get blockedBy(): RepoState['blockedBy'] {
    return this.#blockedBy
  }

  get lastContactAt(): number {
    return this.#lastContactAt
  }

  platformAt(commit: string) {
    return this.#reader.platformAt(this.edition, commit)
  }

  /** Milliseconds since the remote confirmed our head. */
  age(): number {
    return performance.now() - this.#confirmedAt
  }

  /** Milliseconds since the last fetch. A successful push does not count. */
  fetchAge(): number {
    return performance.now() - this.#fetchedAt
  }

  /** Milliseconds since a fetch brought commits that people made with plain git. */
  peopleAge(): number {
    return performance.now() - this.#peopleAt
  }

  /** Milliseconds since a fetch brought commits that another server made. */
  serversAge(): number {
    return performance.now() - this.#serversAt
  }

  onMoved(listener: (snapshot: Snapshot) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Loads the cache and fetches. An unreachable remote is an error only if there is no cache.
   * @throws StoreError `git_unavailable`, `git_auth`, `not_ready`: nothing can be read
   */
  async open(): Promise<void> {
    const { cache } = this.#options
    const seen = await cache.open().catch((error: unknown) => {
      throw errorOfFetch(error)
    })
    try {
      this.#edition = await this.#loaded(await cache.head())
    } catch (error) {
      if (!isDamage(error)) throw error
      await cache.rebuild('unreadable')
      this.#reader = this.#newReader()
      this.#edition = await this.#loaded(await cache.head())
    }
    this.#takeStock()
    this.#blockedBy = null
    if (seen === null) this.#confirmed(performance.now())
    else await this.sync().catch(() => {})
  }

  /**
   * Fetches and loads the newest head.
   * @throws StoreError the error that a write would get
   */
  async sync(signal?: AbortSignal): Promise<void> {
    try {
      await this.#repairing(() => this.#syncOnce(signal))
    } catch (error) {
      const failure = errorOfFetch(error)
      this.block(failure)
      throw failure
    }
  }

  /** Adds our own commits after they landed; `commits` oldest first. */
  land(commits: readonly LoggedCommit[], moves: readonly FolderMove[]): void {
    const { cache, clock } = this.#options
    const head = commits.at(-1)
    if (head === undefined) return
    cache.remember(head.id)
    this.#edition = this.#reader.landed(this.edition, commits, moves, clock.now())
    this.#confirmed(performance.now())
    if (this.#lost.length > 0) this.#takeStock()
    this.#tell()
  }

  /** Applies new signature verdicts to the snapshot. */
  judge(): void {
    this.#edition = this.#reader.judged(this.edition)
    this.#tell()
  }

  /** Records why writes cannot succeed at present. */
  block(failure: StoreError): void {
    const { code } = failure
    if (this.#rewrite !== null) return
    if (code === 'git_auth' || code === 'history_rewritten') this.#blockedBy = code
    else if (code === 'git_unavailable' || code === 'git_timeout') {
      this.#blockedBy = 'git_unavailable'
    }
  }

  /**
   * After an unknown git failure, checks the cache and clones it again if it is damaged or with
   * `force`.
   */
  async repair(force: boolean): Promise<void> {
    if (!force && (await this.#options.cache.isSound())) return
    await this.#options.cache.rebuild(force ? 'unknown_failure' : 'damaged')
  }

  async #syncOnce(signal: AbortSignal | undefined): Promise<void> {
    const { cache, clock } = this.#options
    if (cache.stuck) await cache.rebuild('stuck')
    const askedAt = performance.now()
    const head = await this.#fetch(signal)
    const before = this.edition
    if (head !== before.snapshot.head) {
      const after = await this.#reader.advance(before, head, clock.now())
      if (after === null) return this.#stopWriting(head)
      this.#edition = after.edition
      const now = performance.now()
      if (after.from.people) this.#peopleAt = now
      if (after.from.servers) this.#serversAt = now
      cache.remember(head)
      this.#takeStock()
    }
    this.#rewrite = null
    this.#fetchedAt = askedAt
    this.#confirmed(askedAt)
    cache.tidySoon()
    // Deferred, so that a write waiting for this head runs before the listeners.
    if (head !== before.snapshot.head) setImmediate(() => this.#tell())
  }

  async #fetch(signal: AbortSignal | undefined): Promise<string> {
    const { cache } = this.#options
    try {
      return await cache.fetch(signal)
    } catch (error) {
      const refused = error instanceof FetchError && error.outcome === 'auth'
      if (refused && (await cache.refreshCredential())) return cache.fetch(signal)
      if (error instanceof FetchError && error.outcome === 'ref_gone') await this.#stopWriting(null)
      throw error
    }
  }

  /**
   * Makes the repository read-only, because acknowledged changes may be lost and a push must not
   * cover that up.
   */
  async #stopWriting(head: string | null): Promise<never> {
    const { cache, log } = this.#options
    if (this.#rewrite?.head !== head || this.#rewrite === null) {
      const vanished = await vanishedStores(cache.objects, head, this.edition.fleet)
      this.#rewrite = { head, vanished }
      this.#blockedBy = 'history_rewritten'
      const said = head === null ? {} : { revision: head }
      log.error('the branch was rewritten; writes are off until an admin accepts it', {
        ...said,
        count: vanished.length,
      })
    }
    this.#fetchedAt = performance.now()
    throw rewritten()
  }

  /**
   * Accepts the rewritten branch and allows writes again.
   * @throws StoreError `conflict`, and the errors of a fetch
   */
  async accept(expectedHead: string): Promise<readonly StoreId[]> {
    await this.sync().catch((error: unknown) => {
      if (!(error instanceof StoreError) || error.code !== 'history_rewritten') throw error
    })
    const rewrite = this.#rewrite
    if (rewrite === null || rewrite.head !== expectedHead) throw notRewritten(rewrite)
    const { cache, clock } = this.#options
    const reader = this.#newReader()
    this.#edition = await reader.load(expectedHead, clock.now())
    this.#reader = reader
    this.#rewrite = null
    cache.remember(expectedHead)
    await cache.tidy()
    this.#takeStock()
    this.#confirmed(performance.now())
    this.#tell()
    return rewrite.vanished
  }

  /**
   * Compares the stores that our commits declared with those on the branch, and logs new losses.
   */
  #takeStock(): void {
    const before = this.#lost
    this.#lost = lostStores(this.history, this.edition.fleet)
    const known = new Set(before.map(({ team, name }) => `${team}/${name}`))
    const fresh = this.#lost.filter(({ team, name }) => !known.has(`${team}/${name}`))
    const [first] = fresh
    if (first === undefined) return
    this.#options.log.error('acknowledged stores are missing or stale on the branch', {
      team: first.team,
      store: first.name,
      count: fresh.length,
      revision: this.edition.snapshot.head,
    })
  }

  /**
   * Runs the task. If it fails in a way that a damaged cache explains, repairs the cache and runs
   * it again.
   */
  async #repairing(task: () => Promise<void>): Promise<void> {
    for (const force of [false, true]) {
      try {
        await task()
        return
      } catch (error) {
        if (!isDamage(error)) throw error
        this.#options.log.warn('git failed in an unknown way', { err: error })
        await this.repair(force)
      }
    }
    await task()
  }

  #newReader(): EditionReader {
    const { cache, log, signatures, keys } = this.#options
    const signed = signatures === null ? null : (ids: readonly string[]) => signatures.proves(ids)
    const provenance = new Provenance({ keys, objects: cache.objects, signed })
    return new EditionReader(cache, log, signatures, provenance)
  }

  #loaded(head: string): Promise<Edition> {
    return this.#reader.load(head, this.#options.clock.now())
  }

  #confirmed(at: number): void {
    this.#confirmedAt = at
    this.#lastContactAt = this.#options.clock.now()
    this.#blockedBy = null
  }

  #tell(): void {
    for (const listener of this.#listeners) {
      try {
        listener(this.edition.snapshot)
      } catch (error) {
        this.#options.log.error('a listener of the stores repository failed', { err: error })
      }
    }
  }
}

function isDamage(error: unknown): boolean {
  return (
    error instanceof ObjectReadError ||
    error instanceof LogReadError ||
    (error instanceof FetchError && error.outcome === 'unclassified')
  )
}
