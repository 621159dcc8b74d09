import { setTimeout as pause } from 'node:timers/promises'
import type { Cache, Heard } from '../cache/cache.ts'
import type { Mirror } from '../read/mirror.ts'
import { backOff } from './back-off.ts'
import { Breath } from './breath.ts'
import { type Pace, unpaced } from './pace.ts'

/** So long a push that came second waits for others to come again: two that take turns stand still for as long at least. */
const TURN_MS = 250

export interface TurnsDeps {
  readonly cache: Cache
  readonly mirror: Mirror
  readonly pace: Pace
  /** Ends every wait. */
  readonly signal: AbortSignal
}

/** Waits for others on the branch, as `breath.ts` says. Where pushes are scarce the gate says when the next one may be. */
export class Turns {
  readonly #deps: TurnsDeps
  readonly #breath: Breath
  /** Milliseconds to stand still before the next push. */
  #standMs = 0

  constructor(deps: TurnsDeps) {
    const { mirror } = deps
    this.#deps = deps
    this.#breath = new Breath({
      othersAge: () => mirror.othersAge(),
      serversAge: () => mirror.serversAge(),
    })
  }

  /** Others come all the time, and pushes take turns with theirs. */
  get taken(): boolean {
    return this.#breath.inTurn
  }

  /** A push of so many commits landed; it took `tookMs`. */
  landed(tookMs: number, commits: number): void {
    if (this.#deps.pace === unpaced) this.#standMs = this.#breath.pushed(tookMs, commits)
  }

  /**
   * Leaves the branch to others for as long as it is to.
   * @param head of the branch, as far as we know
   * @returns what the remote told when one of them came; `null`: nobody did, or nobody looked
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
   * Waits before the next attempt: where others come all the time, for the next of them, since after that there is most time.
   * @param raced the last push came second
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
