/**
 * After so many pushes on end the branch stands still for a moment: else nobody else's plain `git push`, and no other
 * server's, ever comes first. Where others were seen it happens more often, and for as long as four pushes take, since
 * another one has to notice, and to fetch before it can push.
 */
const ALONE = { pushes: 16, ms: 250 } as const
const AMONG_OTHERS = { pushes: 4, pushesLong: 4, mostMs: 2000 } as const
/** So long others are expected to come again. */
const SEEN_MS = 60_000

export interface BreathDeps {
  /** Milliseconds since a commit of somebody else was met on the branch. */
  readonly othersAge: () => number
  /** Milliseconds on any clock that does not go back. @default performance.now */
  readonly now?: () => number
}

/** Tells a writer when to stand still, and for how long. */
export class Breath {
  readonly #deps: BreathDeps
  #pushes = 0
  #endedAt = Number.NEGATIVE_INFINITY

  constructor(deps: BreathDeps) {
    this.#deps = deps
  }

  /** A push ended; it took `tookMs`. @returns milliseconds to stand still before the next one */
  pushed(tookMs: number): number {
    const now = (this.#deps.now ?? (() => performance.now()))()
    const stood = now - tookMs - this.#endedAt
    const crowded = this.#deps.othersAge() < SEEN_MS
    const ms = crowded
      ? Math.min(AMONG_OTHERS.mostMs, Math.max(ALONE.ms, AMONG_OTHERS.pushesLong * tookMs))
      : ALONE.ms
    this.#pushes = stood >= ms ? 1 : this.#pushes + 1
    this.#endedAt = now
    if (this.#pushes < (crowded ? AMONG_OTHERS.pushes : ALONE.pushes)) return 0
    this.#pushes = 0
    return ms
  }
}
