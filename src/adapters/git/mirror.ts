import type { Clock, Log, RepoState } from '../../domain/ports.ts'
import { StoreError } from '../../domain/errors.ts'
import type { Snapshot } from '../../domain/snapshot.ts'
import { type Cache, FetchError } from './cache.ts'
import { LogReadError, type LoggedCommit } from './commit-log.ts'
import type { EditionReader, Edition } from './edition-reader.ts'
import type { FolderMove } from './fleet.ts'
import type { HistoryIndex } from './history-index.ts'
import { ObjectReadError } from './object-reader.ts'
import { errorOfFetch, rewritten } from './git-errors.ts'

export interface MirrorOptions {
  readonly cache: Cache
  readonly reader: EditionReader
  readonly clock: Clock
  readonly log: Log
}

/**
 * What this process believes of the remote's branch: newest snapshot, history, and whether writes may go on.
 * Reads are always answered; `sync`, `land` and `repair` must run one at a time (the writer's lane).
 */
export class Mirror {
  readonly #options: MirrorOptions
  readonly #listeners = new Set<(snapshot: Snapshot) => void>()
  #edition: Edition | null = null
  #blockedBy: RepoState['blockedBy'] = 'not_ready'
  #lastContactAt = 0
  /** Monotonic milliseconds at which the remote's head was surely ours. */
  #confirmedAt = Number.NEGATIVE_INFINITY

  constructor(options: MirrorOptions) {
    this.#options = options
  }

  get history(): HistoryIndex {
    return this.#options.reader.history
  }

  get edition(): Edition {
    if (this.#edition === null)
      throw new StoreError('not_ready', 'the stores repository is not loaded')
    return this.#edition
  }

  get blockedBy(): RepoState['blockedBy'] {
    return this.#blockedBy
  }

  get lastContactAt(): number {
    return this.#lastContactAt
  }

  /** Milliseconds since the remote confirmed our head. */
  age(): number {
    return performance.now() - this.#confirmedAt
  }

  onMoved(listener: (snapshot: Snapshot) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Loads the cache and catches up with the remote. A remote that is down is no failure once there is a cache.
   * @throws StoreError `git_unavailable`, `git_auth`, `not_ready`: nothing can be read at all
   */
  async open(): Promise<void> {
    const { cache, reader } = this.#options
    const seen = await cache.open().catch((error: unknown) => {
      throw errorOfFetch(error)
    })
    try {
      this.#edition = await this.#loaded(await cache.head())
    } catch (error) {
      if (!isDamage(error)) throw error
      await this.#rebuild('the cache could not be read at start')
      reader.reset()
      this.#edition = await this.#loaded(await cache.head())
    }
    this.#blockedBy = null
    if (seen === null) this.#confirmed(performance.now())
    else await this.sync().catch(() => {})
  }

  /** Fetches and takes over the newest head. @throws StoreError what a write would get */
  async sync(signal?: AbortSignal): Promise<void> {
    try {
      await this.#repairing(() => this.#syncOnce(signal))
    } catch (error) {
      const failure = errorOfFetch(error)
      this.block(failure)
      throw failure
    }
  }

  /** Takes over commits of ours that the remote now holds; `commits` oldest first. */
  land(commits: readonly LoggedCommit[], moves: readonly FolderMove[]): void {
    const { cache, reader, clock } = this.#options
    const head = commits.at(-1)
    if (head === undefined) return
    cache.remember(head.id)
    this.#edition = reader.landed(this.edition, commits, moves, clock.now())
    this.#confirmed(performance.now())
    this.#tell()
  }

  /** Notes why writes cannot succeed now. */
  block(failure: StoreError): void {
    const { code } = failure
    if (code === 'git_auth' || code === 'history_rewritten') this.#blockedBy = code
    else if (code === 'git_unavailable' || code === 'git_timeout') {
      this.#blockedBy = 'git_unavailable'
    }
  }

  /** After a git exit that nobody knows: checks the cache, clones it anew when it is damaged or on `force`. */
  async repair(force: boolean): Promise<void> {
    if (!force && (await this.#options.cache.isSound())) return
    await this.#rebuild(force ? 'git failed twice in an unknown way' : 'the cache is damaged')
  }

  async #syncOnce(signal?: AbortSignal): Promise<void> {
    const { cache, reader, clock, log } = this.#options
    if (cache.stuck) await this.#rebuild('refs of the cache cannot be written')
    const askedAt = performance.now()
    const head = await cache.fetch(signal)
    const before = this.edition
    if (head !== before.snapshot.head) {
      if (!(await cache.isAncestor(before.snapshot.head, head))) {
        if (this.#blockedBy !== 'history_rewritten') {
          log.error('the branch was rewritten, writes stop', { revision: head })
        }
        throw rewritten()
      }
      this.#edition = await reader.advance(before, head, clock.now())
      cache.remember(head)
    }
    this.#confirmed(askedAt)
    void cache.tidy()
    if (head !== before.snapshot.head) this.#tell()
  }

  /** Runs again after a repair when git failed in a way that a damaged cache explains. */
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

  async #rebuild(reason: string): Promise<void> {
    await this.#options.cache.rebuild(reason)
  }

  #loaded(head: string): Promise<Edition> {
    return this.#options.reader.load(head, this.#options.clock.now())
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
