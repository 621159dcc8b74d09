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

/** Servers push in the first `openMs` of each `everyMs`. */
interface Slots {
  readonly everyMs: number
  readonly openMs: number
}

/** Decides after each push whether the writer pauses, and for how long. */
export class Pauses {
  readonly #deps: PausesDeps
  readonly #now: () => number
  readonly #wallClock: () => number
  /** Pushes since the last pause. */
  #pushes = 0
  #endedAt = Number.NEGATIVE_INFINITY
  /** When the pushes since the last pause began. */
  #since = Number.NEGATIVE_INFINITY
  /** True if each of them had one commit. */
  #singles = true
  /** Pauses since another server's last commit. */
  #unmet = 0
  /** Pushes in a row, landed or lost, in which no gap was long enough for a person. */
  #inRow = 0

  constructor(deps: PausesDeps) {
    this.#deps = deps
    this.#now = deps.now ?? (() => performance.now())
    this.#wallClock = deps.wallClock ?? (() => Date.now())
  }

  /**
   * Records a push of `commits` commits that took `tookMs`.
   * @returns milliseconds to pause before the next push
   */
  pushed(tookMs: number, commits: number): number {
    const now = this.#now()
    const beginsAfter = now - tookMs - this.#endedAt
    const serversAge = this.#deps.serversAge()
    if (serversAge > LIMITS.serversMs || now - serversAge > this.#endedAt) this.#unmet = 0
    const slots = this.#slots
    const isAlone = slots === null && !this.#besidePerson
    const { pushes, pushesLong } = isAlone ? LIMITS.alone : LIMITS.besideOthers
    const ms = Math.max(LIMITS.pauseLeastMs, pushesLong * tookMs)
    if (this.#pushes === 0 || beginsAfter >= Math.min(LIMITS.pauseMostMs, ms)) {
      this.#pushes = 0
      this.#singles = true
      this.#since = now - tookMs
    }
    this.#pushes += 1
    this.#singles &&= commits === 1
    this.#count(now, beginsAfter)
    const isRareSingle = isAlone && this.#singles && now - this.#since < LIMITS.singlesMs
    if (this.#pushes < pushes || isRareSingle) return this.#untilOpen(slots, 0)
    this.#pushes = 0
    // Double the pause while a server seen recently has not committed again.
    return this.#untilOpen(slots, Math.min(LIMITS.pauseMostMs, ms * 2 ** this.#unmet++))
  }

  /**
   * Records a push that lost a race.
   * @returns milliseconds to wait before the next attempt; 0 unless it lost against other servers
   */
  lost(): number {
    const now = this.#now()
    this.#count(now, now - this.#endedAt)
    return this.#untilOpen(this.#slots, 0)
  }

  #count(now: number, beginsAfter: number): void {
    if (beginsAfter >= LIMITS.besideServer.withPeople.everyMs) this.#inRow = 0
    this.#inRow += 1
    this.#endedAt = now
  }

  get #besidePerson(): boolean {
    return this.#deps.peopleAge() < LIMITS.othersMs
  }

  /** When servers push; `null`: no other server was seen. */
  get #slots(): Slots | null {
    if (this.#deps.serversAge() >= LIMITS.othersMs) return null
    return LIMITS.besideServer[this.#besidePerson ? 'withPeople' : 'otherwise']
  }

  /** At least `ms`, and longer if the servers may not push then, but not for the first in a row. */
  #untilOpen(slots: Slots | null, ms: number): number {
    if (slots === null || this.#inRow < LIMITS.besideServer.pushes) return ms
    const into = (this.#wallClock() + ms) % slots.everyMs
    return into < slots.openMs ? ms : ms + slots.everyMs - into
  }
}
