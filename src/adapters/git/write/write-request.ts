import type { StoreError } from '../../../domain/errors.ts'
import type {
  ChangeOptions,
  Decide,
  Landed,
  Requester,
  WriteTiming,
} from '../../../domain/ports.ts'
import { timedOut } from '../cache/git-errors.ts'
import type { StoreFolder } from '../read/fleet.ts'
import { LIMITS } from './limits.ts'

/**
 * - `waiting`: in the queue.
 * - `decided`: its decision gave a commit to make, or an answer that needs none.
 * - `imported`: its commit is in the cache.
 * - `pushing`: a push that contains its commit is in flight.
 * - `in doubt`: a push of its commit ended without a response; it is in the queue.
 * - `answered`: its outcome is fixed.
 */
export type State = 'waiting' | 'decided' | 'imported' | 'pushing' | 'in doubt' | 'answered'

/** The states that may follow a state. A deadline or a closed connection may answer in any. */
export const TRANSITIONS: Readonly<Record<State, readonly State[]>> = {
  waiting: ['decided', 'answered'],
  decided: ['imported', 'waiting', 'in doubt', 'answered'],
  imported: ['pushing', 'waiting', 'in doubt', 'answered'],
  pushing: ['waiting', 'in doubt', 'answered'],
  'in doubt': ['decided', 'waiting', 'answered'],
  answered: [],
}

/** The store that the first run of a decision changed, and that store's newest commit then. */
export interface FirstSeen {
  readonly name: string
  readonly commit: string | null
}

/** Result of the last run of a decision, reused if the next run returns the same files. */
interface Made {
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly folder: StoreFolder
  /** Generation of the cache that holds the folder's tree; `null`: no cache holds it. */
  readonly heldBy: number | null
}

/**
 * One write request until it is answered. An answered request ignores every further step, because
 * its deadline can pass at any moment.
 */
export class WriteRequest {
  readonly by: Requester
  readonly decide: Decide
  readonly idempotency: ChangeOptions['idempotency']
  readonly result: Promise<Landed>
  #state: State = 'waiting'
  /** Base of a push that ended without a response. While the branch stays there it may land. */
  #doubt: string | null = null
  #firstSeen: FirstSeen | null = null
  #made: Made | null = null
  #pushes = 0
  #pacedMs = 0
  readonly #arrivedAt = performance.now()
  readonly #timer: NodeJS.Timeout
  #resolve: (landed: Landed) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #forgetCaller: () => void = () => {}

  constructor(by: Requester, decide: Decide, options: ChangeOptions) {
    this.by = by
    this.decide = decide
    this.idempotency = options.idempotency
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    const expire = () => this.refuse(timedOut(this.#mayLand ? 'unknown' : 'not_written'))
    this.#timer = setTimeout(expire, options.deadlineMs ?? LIMITS.deadlineMs)
    const { signal } = options
    if (signal === undefined) return
    // A disconnected client needs no answer. A push in flight continues.
    const leave = () => {
      if (this.#state !== 'pushing') expire()
    }
    signal.addEventListener('abort', leave, { once: true })
    this.#forgetCaller = () => signal.removeEventListener('abort', leave)
    if (signal.aborted) leave()
  }

  get state(): State {
    return this.#state
  }

  get isAnswered(): boolean {
    return this.#state === 'answered'
  }

  /** Number of pushes that contained this request. */
  get pushes(): number {
    return this.#pushes
  }

  decided(): void {
    this.#enter('decided')
  }

  /** @param generation of the cache that now holds the trees of the commit */
  imported(generation: number): void {
    if (this.#made !== null) this.#made = { ...this.#made, heldBy: generation }
    this.#enter('imported')
  }

  pushing(): void {
    if (this.#enter('pushing')) this.#pushes += 1
  }

  /** Returns to the queue. */
  released(): void {
    if (this.#state === 'waiting' || this.#state === 'in doubt') return
    this.#enter(this.#doubt === null ? 'waiting' : 'in doubt')
  }

  /** The push from `base` ended without a response. */
  unresolved(base: string): void {
    if (this.#enter('in doubt')) this.#doubt = base
  }

  /**
   * No commit of this request is on the branch at `head`, as the remote has it. If the branch left
   * the base of a doubtful push, that push can no longer land.
   */
  notOn(head: string): void {
    if (this.#doubt === head) return
    this.#doubt = null
    if (this.#state === 'in doubt') this.#enter('waiting')
  }

  /**
   * The commit is on the branch. From here on no deadline, disconnect or failure changes the
   * outcome.
   * @returns gives the caller its answer
   */
  landed(): (landed: Omit<Landed, 'timing'>) => void {
    if (!this.#enter('answered')) return () => {}
    return (landed) => this.#resolve({ ...landed, timing: this.timing })
  }

  /** Answers without a commit of its own. */
  answer(landed: Omit<Landed, 'timing'>): void {
    this.landed()(landed)
  }

  /** Answers with an error that is certain. */
  refuse(error: unknown): void {
    if (this.#enter('answered')) this.#reject(error)
  }

  /** Gives up. The outcome is unknown while a push in doubt may still land. */
  fail(error: StoreError): void {
    this.refuse(this.#mayLand ? timedOut('unknown', error) : error)
  }

  /** The store and its commit that the first run saw. */
  firstSeen(now: FirstSeen): FirstSeen {
    this.#firstSeen ??= now
    return this.#firstSeen
  }

  /** The folder of these files, computed again only if they changed. */
  folderOf(files: ReadonlyMap<string, Uint8Array>, make: () => StoreFolder): StoreFolder {
    if (this.#made?.files === files) return this.#made.folder
    const folder = make()
    const heldBy = this.#made?.folder.id === folder.id ? this.#made.heldBy : null
    this.#made = { files, folder, heldBy }
    return folder
  }

  /** Does the cache of this generation hold the folder's tree from an earlier import? */
  isHeldBy(generation: number): boolean {
    return this.#made?.heldBy === generation
  }

  /**
   * Adds the time since `since` (monotonic) or since arrival, whichever is later, to the delay by
   * the rate limit.
   */
  paced(since: number): void {
    this.#pacedMs += Math.max(0, performance.now() - Math.max(since, this.#arrivedAt))
  }

  get timing(): WriteTiming {
    const totalMs = performance.now() - this.#arrivedAt
    return { totalMs, pacedMs: this.#pacedMs, pushes: this.#pushes }
  }

  get #mayLand(): boolean {
    return this.#state === 'pushing' || this.#doubt !== null
  }

  /**
   * @returns false: the request is answered already
   * @throws Error a step that {@link TRANSITIONS} does not allow, which is a bug of the writer
   */
  #enter(next: State): boolean {
    if (this.isAnswered) return false
    if (!TRANSITIONS[this.#state].includes(next)) {
      throw new Error(`a write request cannot become ${next} while it is ${this.#state}`)
    }
    this.#state = next
    if (next === 'answered') {
      clearTimeout(this.#timer)
      this.#forgetCaller()
    }
    return true
  }
}
