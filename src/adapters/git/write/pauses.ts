import { LIMITS } from './limits.ts'

export interface PausesDeps {
  /** Milliseconds since a fetch brought a commit of a person. */
  readonly peopleAge: () => number
  /** Milliseconds since a fetch brought a commit of another server. */
  readonly serversAge: () => number
  /** Monotonic clock in milliseconds. @default performance.now */
  readonly now?: () => number
  /** Wall clock in milliseconds, which other servers share. @default Date.now */
  readonly wallClock?: () => number
}

/** Decides after each push how long the writer waits, so that others can push too. */
export class Pauses {
  readonly #deps: PausesDeps
  readonly #now: () => number
  readonly #wallClock: () => number
  /** When the last push ended, and when the wait after it did. */
  #endedAt = Number.NEGATIVE_INFINITY
  #openAt = Number.NEGATIVE_INFINITY
  /** Duration of the last push that landed. */
  #tookMs = 0
  /** Pushes in a row, landed or lost. */
  #inRow = 0
  /** Pushes since the last pause. */
  #pushes = 0
  /** When the pushes since the last pause began. */
  #since = Number.NEGATIVE_INFINITY
  /** True if each of them had one commit. */
  #singles = true
  /** Pauses since another server's last commit. */
  #unmet = 0
  /** Races lost since the last push that landed. */
  #lost = 0

  constructor(deps: PausesDeps) {
    this.#deps = deps
    this.#now = deps.now ?? (() => performance.now())
    this.#wallClock = deps.wallClock ?? (() => Date.now())
  }

  /**
   * Records a push of `commits` commits that landed after `tookMs`.
   * @returns milliseconds to wait before the next push
   */
  pushed(tookMs: number, commits: number): number {
    const began = this.#now() - tookMs
    const pause = this.#pauseAfter(tookMs, commits)
    const lost = this.#lost
    this.#lost = 0
    this.#tookMs = tookMs
    return this.#wait(began, () => {
      if (!this.#besidePerson) return this.#untilOpen(pause)
      if (lost >= LIMITS.besidePerson.lostBefore) return 0
      const times = this.#besideServer ? LIMITS.besidePerson.besideServer : 1
      return this.#isInRow ? times * this.#restMs : 0
    })
  }

  /**
   * Records a push that lost a race, after a fetch of what was first.
   * @returns milliseconds to wait before the next attempt; 0 unless another server was first
   */
  lost(): number {
    this.#lost += 1
    return this.#wait(this.#now(), () => {
      if (!this.#besideServer) return 0
      if (!this.#besidePerson) return this.#untilOpen(0)
      return this.#isInRow ? Math.max(0, this.#restMs - this.#deps.serversAge()) : 0
    })
  }

  #wait(began: number, choose: () => number): number {
    if (began - this.#openAt >= LIMITS.row.gapMs) this.#inRow = 0
    this.#inRow += 1
    const ms = choose()
    this.#endedAt = this.#now()
    this.#openAt = this.#endedAt + ms
    return ms
  }

  /** Pause after several pushes in a row, as it is without a person. */
  #pauseAfter(tookMs: number, commits: number): number {
    const now = this.#now()
    const beginsAfter = now - tookMs - this.#endedAt
    const serversAge = this.#deps.serversAge()
    if (serversAge > LIMITS.serversMs || now - serversAge > this.#endedAt) this.#unmet = 0
    const { pushes, pushesLong } = LIMITS[this.#besideServer ? 'besideServer' : 'alone']
    const ms = Math.max(LIMITS.pauseLeastMs, pushesLong * tookMs)
    if (this.#pushes === 0 || beginsAfter >= Math.min(LIMITS.pauseMostMs, ms)) {
      this.#pushes = 0
      this.#singles = true
      this.#since = now - tookMs
    }
    this.#pushes += 1
    this.#singles &&= commits === 1
    const isRareSingle =
      !this.#besideServer && this.#singles && now - this.#since < LIMITS.singlesMs
    if (this.#pushes < pushes || isRareSingle) return 0
    this.#pushes = 0
    // Double the pause while a server seen recently has not committed again.
    return Math.min(LIMITS.pauseMostMs, ms * 2 ** this.#unmet++)
  }

  /** Rest beside a person. */
  get #restMs(): number {
    const { pushesLong, leastMs, mostMs } = LIMITS.besidePerson
    return Math.min(mostMs, Math.max(leastMs, pushesLong * this.#tookMs))
  }

  get #isInRow(): boolean {
    return this.#inRow >= LIMITS.row.pushes
  }

  get #besidePerson(): boolean {
    return this.#deps.peopleAge() < LIMITS.othersMs
  }

  get #besideServer(): boolean {
    return this.#deps.serversAge() < LIMITS.othersMs
  }

  /** At least `ms`, and longer if servers are quiet then. */
  #untilOpen(ms: number): number {
    if (!this.#besideServer || !this.#isInRow) return ms
    const { everyMs, openMs } = LIMITS.slots
    const into = (this.#wallClock() + ms) % everyMs
    return into < openMs ? ms : ms + everyMs - into
  }
}
