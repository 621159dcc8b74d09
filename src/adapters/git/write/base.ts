import type { StoreError } from '../../../domain/errors.ts'
import { errorOfFetch, unauthorized } from '../cache/git-errors.ts'
import type { Mirror } from '../read/mirror.ts'
import { LIMITS } from './limits.ts'

/** The head that the next batch is based on, and how recently the remote confirmed it. */
export class Base {
  readonly #mirror: Mirror
  readonly #signal: AbortSignal
  #isStale = false
  #refusedAt = Number.NEGATIVE_INFINITY

  constructor(mirror: Mirror, signal: AbortSignal) {
    this.#mirror = mirror
    this.#signal = signal
  }

  get head(): string {
    return this.#mirror.edition.snapshot.head
  }

  /** Fetches unless the remote confirmed the head recently. Returns the error if that failed. */
  async ready(): Promise<StoreError | null> {
    const refused = this.#mirror.blockedBy === 'git_auth'
    const paused = performance.now() - this.#refusedAt < LIMITS.refusedCredentialMs
    if (refused && paused) return unauthorized()
    return this.#isRecent ? null : this.fetch()
  }

  /** Like {@link ready}, but recent enough to refuse a request. */
  async readyToRefuse(): Promise<StoreError | null> {
    return this.#mirror.age() <= LIMITS.refusalMs ? null : this.fetch()
  }

  /** Returns the error if the fetch failed. */
  async fetch(): Promise<StoreError | null> {
    try {
      await this.#mirror.sync(this.#signal)
      this.#isStale = false
      return null
    } catch (error) {
      const failure = errorOfFetch(error)
      if (failure.code === 'git_auth') this.refused()
      return failure
    }
  }

  /** The branch moved, or may have moved. */
  stale(): void {
    this.#isStale = true
  }

  /** The remote refused the credential. */
  refused(): void {
    this.#refusedAt = performance.now()
    this.#mirror.block(unauthorized())
  }

  get #isRecent(): boolean {
    const mirror = this.#mirror
    const isAlone = Math.min(mirror.peopleAge(), mirror.serversAge()) >= LIMITS.othersMs
    const most = isAlone ? LIMITS.baseMs : LIMITS.baseMsBesideOthers
    return !this.#isStale && mirror.blockedBy === null && mirror.age() <= most
  }
}
