/**
 * After `pushes` consecutive pushes, pause for `pushesLong` × the last push's duration. Other
 * writers must fetch before they can push, so without the pause they would lose every race. If
 * other writers were seen, the pauses are more frequent and longer, because a writer that lost a
 * race must notice that first.
 */
const ALONE = { pushes: 16, pushesLong: 2 } as const
const AMONG_OTHERS = { pushes: 4, pushesLong: 4 } as const
/** While other writers commit steadily, pause after every push. */
const IN_TURN = { pushes: 1, pushesLong: 4 } as const
/** Consecutive lost races after which another writer is assumed to commit steadily. */
const ALL_THE_TIME = 2
const LEAST_MS = 250
const MOST_MS = 2000
/**
 * With no other writer, a series of single-commit pushes runs this long before its first pause. A
 * script that creates stores one after the other is then paused less often.
 */
const SINGLES_MS = 6000
/** Time after a foreign commit during which other writers are expected to commit again. */
const OTHERS_MS = 60_000
/** Deadline of a request. A server seen within this time may still have requests waiting. */
const SERVERS_MS = 30_000

export interface BreathDeps {
  /** Milliseconds since a fetch brought a commit that this process did not push. */
  readonly othersAge: () => number
  /** Milliseconds since a fetch brought a commit of another server. */
  readonly serversAge: () => number
  /** Monotonic clock in milliseconds. @default performance.now */
  readonly now?: () => number
}

/**
 * Decides when the writer pauses, for how long, and whether its pushes alternate with those of
 * other writers.
 */
export class Breath {
  readonly #deps: BreathDeps
  #pushes = 0
  #endedAt = Number.NEGATIVE_INFINITY
  /** When the current series of pushes began. */
  #since = Number.NEGATIVE_INFINITY
  /** True if each push of the series had one commit. */
  #singles = true
  /** Pauses since another server's last commit. */
  #unmet = 0
  /** Consecutive times that another writer committed first. */
  #met = 0

  constructor(deps: BreathDeps) {
    this.#deps = deps
  }

  /** Records a foreign commit that won a race or arrived during a pause. */
  met(): void {
    this.#met += 1
  }

  /** Records a pause in which no foreign commit arrived. */
  quiet(): void {
    this.#met = 0
  }

  /**
   * True while other writers commit steadily. The best time to push is right after one of their
   * commits.
   */
  get inTurn(): boolean {
    return this.#met >= ALL_THE_TIME
  }

  /**
   * Records a push of `commits` commits that took `tookMs`.
   * @returns milliseconds to pause before the next push, at most 2,000
   */
  pushed(tookMs: number, commits: number): number {
    const now = (this.#deps.now ?? (() => performance.now()))()
    const serversAge = this.#deps.serversAge()
    if (serversAge > SERVERS_MS || now - serversAge > this.#endedAt) this.#unmet = 0
    const crowded = this.#deps.othersAge() < OTHERS_MS
    const rule = this.inTurn ? IN_TURN : crowded ? AMONG_OTHERS : ALONE
    if (!this.inTurn) this.#met = 0
    const ms = Math.max(LEAST_MS, rule.pushesLong * tookMs)
    const stood = now - tookMs - this.#endedAt
    if (this.#pushes === 0 || stood >= Math.min(MOST_MS, ms)) {
      this.#pushes = 0
      this.#singles = true
      this.#since = now - tookMs
    }
    this.#pushes += 1
    this.#singles &&= commits === 1
    this.#endedAt = now
    if (this.#pushes < rule.pushes) return 0
    if (!crowded && this.#singles && now - this.#since < SINGLES_MS) return 0
    this.#pushes = 0
    // Double the pause while a server seen recently has not committed again.
    return Math.min(MOST_MS, ms * 2 ** this.#unmet++)
  }
}
