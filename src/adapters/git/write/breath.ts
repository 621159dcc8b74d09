/**
 * After so many pushes on end the branch stands still, for as long as so many pushes take: else nobody else's plain `git push`,
 * and no other server's, ever comes first, since those have to fetch before they can push. Where others were seen it happens
 * more often and for longer: whoever lost has to notice first.
 */
const ALONE = { pushes: 16, pushesLong: 2 } as const
const AMONG_OTHERS = { pushes: 4, pushesLong: 4 } as const
/** Where they come all the time, each has one push and then it is their turn. */
const IN_TURN = { pushes: 1, pushesLong: 4 } as const
/** So often on end somebody came first, and comes again: by chance that is rare. */
const ALL_THE_TIME = 2
const LEAST_MS = 250
const MOST_MS = 2000
/**
 * Alone, a row of pushes of one commit each goes on for so long first: of stores made one after the other, a fifth of a second
 * each, one in thirty waits then, and not one in sixteen.
 */
const SINGLES_MS = 6000
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

/** Tells a writer when to stand still, for how long, and whether its pushes take turns with those of others. */
export class Breath {
  readonly #deps: BreathDeps
  #pushes = 0
  #endedAt = Number.NEGATIVE_INFINITY
  /** When this row of pushes began. */
  #since = Number.NEGATIVE_INFINITY
  /** Each of its pushes had one commit. */
  #singles = true
  /** Times it stood still since another server came. */
  #unmet = 0
  /** Commits of others that came first, on end. */
  #met = 0

  constructor(deps: BreathDeps) {
    this.#deps = deps
  }

  /** Somebody else's commit came first, or while this writer stood still. */
  met(): void {
    this.#met += 1
  }

  /** Nobody came while it stood still. */
  quiet(): void {
    this.#met = 0
  }

  /** Others come all the time: the moment right after one of their commits is the best for a push. */
  get inTurn(): boolean {
    return this.#met >= ALL_THE_TIME
  }

  /** A push of so many commits ended; it took `tookMs`. @returns milliseconds to stand still before the next one, at most 2,000 */
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
    // Twice as long each time that it was not enough for a server which was here a moment ago.
    return Math.min(MOST_MS, ms * 2 ** this.#unmet++)
  }
}
