import { LIMITS } from './limits.ts'

export interface PausesDeps {
  /** Milliseconds since a fetch brought a commit that this process did not push. */
  readonly othersAge: () => number
  /** Milliseconds since a fetch brought a commit of another server. */
  readonly serversAge: () => number
  /** Monotonic clock in milliseconds. @default performance.now */
  readonly now?: () => number
}

/** Decides after each push whether the writer pauses, and for how long. */
export class Pauses {
  readonly #deps: PausesDeps
  /** Pushes since the last pause. */
  #pushes = 0
  #endedAt = Number.NEGATIVE_INFINITY
  /** When the current series of pushes began. */
  #since = Number.NEGATIVE_INFINITY
  /** True if each push of the series had one commit. */
  #singles = true
  /** Pauses since another server's last commit. */
  #unmet = 0

  constructor(deps: PausesDeps) {
    this.#deps = deps
  }

  /**
   * Records a push of `commits` commits that took `tookMs`.
   * @returns milliseconds to pause before the next push
   */
  pushed(tookMs: number, commits: number): number {
    const now = (this.#deps.now ?? (() => performance.now()))()
    const serversAge = this.#deps.serversAge()
    if (serversAge > LIMITS.serversMs || now - serversAge > this.#endedAt) this.#unmet = 0
    const crowded = this.#deps.othersAge() < LIMITS.othersMs
    const rule = crowded ? LIMITS.amongOthers : LIMITS.alone
    const ms = Math.max(LIMITS.pauseLeastMs, rule.pushesLong * tookMs)
    const stood = now - tookMs - this.#endedAt
    if (this.#pushes === 0 || stood >= Math.min(LIMITS.pauseMostMs, ms)) {
      this.#pushes = 0
      this.#singles = true
      this.#since = now - tookMs
    }
    this.#pushes += 1
    this.#singles &&= commits === 1
    this.#endedAt = now
    if (this.#pushes < rule.pushes) return 0
    if (!crowded && this.#singles && now - this.#since < LIMITS.singlesMs) return 0
    this.#pushes = 0
    // Double the pause while a server seen recently has not committed again.
    return Math.min(LIMITS.pauseMostMs, ms * 2 ** this.#unmet++)
  }
}
