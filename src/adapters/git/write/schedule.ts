import { sleep } from '../../../domain/sleep.ts'
import { LIMITS } from './limits.ts'
import type { Pace } from './pace.ts'
import { Pauses, type PausesDeps } from './pauses.ts'
import type { WriteRequest } from './write-request.ts'

export interface ScheduleDeps extends PausesDeps {
  /** `null`: the remote does not limit pushes. */
  readonly pace: Pace | null
  /** Aborts every wait. */
  readonly signal: AbortSignal
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number
}

/**
 * Decides when the writer pushes and how many commits a push has. With a push rate limit only that
 * limit decides when.
 */
export class Schedule {
  readonly #deps: ScheduleDeps
  readonly #pauses: Pauses
  readonly #largest: number
  #most: number
  /** Monotonic time before which no push is prepared. */
  #notBefore = Number.NEGATIVE_INFINITY
  /** Failed attempts in a row. */
  #failed = 0
  /** Milliseconds that the rate limit held pushes back. */
  #pacedMs = 0

  constructor(deps: ScheduleDeps) {
    this.#deps = deps
    this.#pauses = new Pauses(deps)
    this.#largest = this.isPaced ? LIMITS.commitsPaced : LIMITS.commits
    this.#most = this.#largest
  }

  /** True if the remote limits pushes per minute. */
  get isPaced(): boolean {
    return this.#deps.pace !== null
  }

  get pacedMs(): number {
    return this.#pacedMs
  }

  /** Commits in the next push. */
  get most(): number {
    return this.#most
  }

  /** Requests that may wait. */
  get mostWaiting(): number {
    return Math.max(LIMITS.waiting, this.#largest)
  }

  /**
   * Waits until the next push may be prepared. More requests may arrive meanwhile.
   * @param held requests that wait for the rate limit
   */
  async turn(held: () => readonly WriteRequest[]): Promise<void> {
    const { pace, signal } = this.#deps
    const ms = this.#notBefore - performance.now()
    // Ends at once if the repository is being closed.
    if (ms > 0) await sleep(ms, signal)
    const since = performance.now()
    if (pace === null || (await pace.turn(signal)) !== false) return
    this.#pacedMs += performance.now() - since
    for (const request of held()) request.paced(since)
  }

  /** A push begins. */
  begins(): void {
    this.#deps.pace?.spend()
  }

  /** A push of `commits` commits landed after `tookMs`. */
  landed(tookMs: number, commits: number): void {
    this.#failed = 0
    this.#most = Math.min(this.#largest, this.#most * 2)
    if (!this.isPaced) this.#wait(this.#pauses.pushed(tookMs, commits))
  }

  /**
   * A push of `commits` commits lost a race. The next one has fewer, so that it is fast enough to
   * win.
   * @returns true: the next attempt waits, so the head is read again before it
   */
  raced(commits: number): boolean {
    this.#most = Math.max(LIMITS.fewestCommits, Math.floor(commits * LIMITS.afterLostRace))
    // Servers that try again at the same time would lose to each other.
    if (this.#deps.serversAge() < LIMITS.othersMs) this.failed()
    if (!this.isPaced) this.#wait(this.#pauses.lost())
    return this.#notBefore > performance.now()
  }

  /** A rule of the remote refused one of `commits` commits. */
  refused(commits: number): void {
    this.#most = Math.ceil(commits / 2)
  }

  /** An attempt failed. Waits longer after each failure in a row. */
  failed(): void {
    this.#failed += 1
    const { retryStepMs, retryMostMs } = LIMITS
    const random = this.#deps.random ?? Math.random
    this.#wait(random() * Math.min(retryMostMs, retryStepMs * this.#failed))
  }

  #wait(ms: number): void {
    if (ms > 0) this.#notBefore = Math.max(this.#notBefore, performance.now() + ms)
  }
}
