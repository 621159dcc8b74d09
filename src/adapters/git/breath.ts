/**
 * After so many pushes on end the branch stands still for a moment: else nobody else's plain `git push`, and no other
 * server's, ever comes first. Alone that is after 6 s too: of stores made one after the other, a fifth of a second each, one
 * in thirty waits for it. Where others were seen it happens more often, and for as long as four pushes take, since
 * another one has to notice, and to fetch before it can push.
 */
const ALONE = { pushes: 16, afterMs: 6000, ms: 250 } as const
const AMONG_OTHERS = { pushes: 4, pushesLong: 4 } as const
const MOST_MS = 2000
/** So long others are expected to come again. */
const OTHERS_MS = 60_000
/** So long a request waits for its commit: a server that was met within this time may have some that wait since. */
const SERVERS_MS = 30_000

export interface BreathDeps {
  /** Milliseconds since a commit of somebody else was met on the branch. */
  readonly othersAge: () => number
  /** Milliseconds since a commit of another server was met on the branch. */
  readonly serversAge: () => number
  /** Milliseconds on any clock that does not go back. @default performance.now */
  readonly now?: () => number
}

/** Tells a writer when to stand still, and for how long. */
export class Breath {
  readonly #deps: BreathDeps
  #pushes = 0
  #endedAt = Number.NEGATIVE_INFINITY
  /** When this row of pushes began. */
  #since = Number.NEGATIVE_INFINITY
  /** Times it stood still since another server came. */
  #unmet = 0

  constructor(deps: BreathDeps) {
    this.#deps = deps
  }

  /** A push ended; it took `tookMs`. @returns milliseconds to stand still before the next one, at most 2,000 */
  pushed(tookMs: number): number {
    const now = (this.#deps.now ?? (() => performance.now()))()
    const serversAge = this.#deps.serversAge()
    if (serversAge > SERVERS_MS || now - serversAge > this.#endedAt) this.#unmet = 0
    const crowded = this.#deps.othersAge() < OTHERS_MS
    const ms = crowded ? Math.max(ALONE.ms, AMONG_OTHERS.pushesLong * tookMs) : ALONE.ms
    const stood = now - tookMs - this.#endedAt
    if (this.#pushes === 0 || stood >= Math.min(MOST_MS, ms)) {
      this.#pushes = 0
      this.#since = now - tookMs
    }
    this.#pushes += 1
    this.#endedAt = now
    if (this.#pushes < (crowded ? AMONG_OTHERS.pushes : ALONE.pushes)) return 0
    if (!crowded && now - this.#since < ALONE.afterMs) return 0
    this.#pushes = 0
    // Twice as long each time that it was not enough for a server which was here a moment ago.
    return Math.min(MOST_MS, ms * 2 ** this.#unmet++)
  }
}
