import { setTimeout as pause } from 'node:timers/promises'
import type { Cache, Heard } from '../cache/cache.ts'
import type { Mirror } from '../read/mirror.ts'
import { backOff } from './back-off.ts'
import { Breath } from './breath.ts'
import { type Pace, unpaced } from './pace.ts'

/**
 * Longest wait for the next foreign commit after a lost race. Servers that alternate pause at least
 * this long.
 */
const TURN_MS = 250

export interface TurnsDeps {
  readonly cache: Cache
  readonly mirror: Mirror
  readonly pace: Pace
  /** Aborts every wait. */
  readonly signal: AbortSignal
}

/**
 * Applies the pauses that `breath.ts` computes. With a push rate limit the gate alone decides when
 * to push.
 */
export class Turns {
  readonly #deps: TurnsDeps
  readonly #breath: Breath
  /** Milliseconds to pause before the next push. */
  #standMs = 0

  constructor(deps: TurnsDeps) {
    const { mirror } = deps
    this.#deps = deps
    this.#breath = new Breath({
      othersAge: () => mirror.othersAge(),
      serversAge: () => mirror.serversAge(),
    })
  }

  /** True while pushes alternate with those of other writers. */
  get taken(): boolean {
    return this.#breath.inTurn
  }

  /** Records a push of `commits` commits that landed after `tookMs`. */
  landed(tookMs: number, commits: number): void {
    if (this.#deps.pace === unpaced) this.#standMs = this.#breath.pushed(tookMs, commits)
  }

  /**
   * Pauses before the next push, so that other writers can push.
   * @param head newest known head of the branch
   * @returns the remote's advertisement if a foreign commit arrived; `null` if none did or the
   * remote was not polled
   */
  async stand(head: string): Promise<Heard | null> {
    const ms = this.#standMs
    this.#standMs = 0
    if (ms === 0) return null
    if (this.taken) return this.#nextOfOthers(head, ms)
    await pause(ms, undefined, { signal: this.#deps.signal }).catch(() => {})
    return null
  }

  /**
   * Waits before the next attempt. While other writers commit steadily it waits for their next
   * commit, because right after it the race is easiest to win.
   * @param raced the last push lost a race
   * @returns as {@link stand}
   */
  async backOff(raced: boolean, attempt: number): Promise<Heard | null> {
    const free = raced && this.#deps.pace === unpaced
    if (free) this.#breath.met()
    if (free && this.taken) return this.#nextOfOthers(null, TURN_MS)
    await backOff(attempt)
    return null
  }

  /** @param from see {@link Cache.moved} */
  async #nextOfOthers(from: string | null, withinMs: number): Promise<Heard | null> {
    const { cache, signal } = this.#deps
    const heard = await cache.moved(from, withinMs, signal)
    if (heard === null) this.#breath.quiet()
    else this.#breath.met()
    return heard
  }
}
