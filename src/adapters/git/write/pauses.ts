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
  /** Pushes of the current series. */
  #pushes = 0
  #endedAt = Number.NEGATIVE_INFINITY
  /** When the current series of pushes began. */
  #since = Number.NEGATIVE_INFINITY
  /** True if each push of the series had one commit. */
  #singles = true

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
    const slots = this.#slots
    const { pushes, pushesLong } = this.#besidePerson ? LIMITS.besidePerson : LIMITS.alone
    const ms = Math.min(LIMITS.pauseMostMs, Math.max(LIMITS.pauseLeastMs, pushesLong * tookMs))
    const stood = now - tookMs - this.#endedAt
    if (
      this.#pushes === 0 ||
      stood >= (slots === null ? ms : LIMITS.besideServer.withPeople.everyMs)
    ) {
      this.#pushes = 0
      this.#singles = true
      this.#since = now - tookMs
    }
    this.#pushes += 1
    this.#singles &&= commits === 1
    this.#endedAt = now
    if (slots !== null) return this.#untilOpen(slots)
    if (this.#pushes < pushes) return 0
    if (!this.#besidePerson && this.#singles && now - this.#since < LIMITS.singlesMs) return 0
    this.#pushes = 0
    return ms
  }

  /**
   * Records a push that lost a race.
   * @returns milliseconds to wait before the next attempt; 0 unless it lost against other servers
   */
  lost(): number {
    const slots = this.#slots
    if (slots === null) return 0
    this.#pushes += 1
    this.#endedAt = this.#now()
    return this.#untilOpen(slots)
  }

  get #besidePerson(): boolean {
    return this.#deps.peopleAge() < LIMITS.othersMs
  }

  /** When servers push; `null`: no other server was seen. */
  get #slots(): Slots | null {
    if (this.#deps.serversAge() >= LIMITS.othersMs) return null
    return LIMITS.besideServer[this.#besidePerson ? 'withPeople' : 'otherwise']
  }

  /** Milliseconds until the servers may push again; 0 for the first pushes of a series. */
  #untilOpen({ everyMs, openMs }: Slots): number {
    const into = this.#wallClock() % everyMs
    return this.#pushes < LIMITS.besideServer.pushes || into < openMs ? 0 : everyMs - into
  }
}
