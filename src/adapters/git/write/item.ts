import { StoreError } from '../../../domain/errors.ts'
import type {
  ChangeOptions,
  Decide,
  Landed,
  Requester,
  WriteTiming,
} from '../../../domain/ports.ts'
import { timedOut } from '../cache/git-errors.ts'
import type { StoreFolder } from '../read/fleet.ts'

const DEADLINE_MS = 30_000

/** Result of the last run of a decision, reused if the next run returns the same files. */
export interface Made {
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly folder: StoreFolder
  /** Generation of the cache that holds the folder's tree; `null`: no cache holds it. */
  heldBy: number | null
}

/** One write request until it is answered. */
export class Item {
  readonly by: Requester
  readonly decide: Decide
  readonly idempotency: ChangeOptions['idempotency']
  readonly result: Promise<Landed>
  settled = false
  /** True while a push that contains this item is in flight. */
  pushing = false
  /** Number of pushes that contained this item. */
  pushes = 0
  /**
   * Base of a push of this item that ended without an answer. While the head stays there, the push
   * may still land.
   */
  doubtfulBase: string | null = null
  /**
   * The store that the first run of the decision changed, and that store's newest commit at the
   * time.
   */
  firstSeen: { readonly name: string; readonly commit: string | null } | null = null
  made: Made | null = null
  #kept = false
  readonly #arrivedAt = performance.now()
  #pacedMs = 0
  readonly #timer: NodeJS.Timeout
  #resolve: (landed: Landed) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #onSettled: () => void = () => {}

  constructor(by: Requester, decide: Decide, options: ChangeOptions) {
    this.by = by
    this.decide = decide
    this.idempotency = options.idempotency
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    const expire = () => this.reject(timedOut(this.#outcome()))
    this.#timer = setTimeout(expire, options.deadlineMs ?? DEADLINE_MS)
    const { signal } = options
    if (signal !== undefined) {
      // A disconnected client needs no answer. A push in flight continues.
      const leave = () => {
        if (!this.pushing) expire()
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#onSettled = () => signal.removeEventListener('abort', leave)
      if (signal.aborted) leave()
    }
  }

  /**
   * Adds the time since `since` (monotonic) or since arrival, whichever is later, to the rate limit
   * delay.
   */
  paced(since: number): void {
    this.#pacedMs += Math.max(0, performance.now() - Math.max(since, this.#arrivedAt))
  }

  get timing(): WriteTiming {
    const totalMs = performance.now() - this.#arrivedAt
    return { totalMs, pacedMs: this.#pacedMs, pushes: this.pushes }
  }

  /**
   * Marks the item as landed. From here on no deadline, disconnect or failure can reject it before
   * {@link resolve}.
   */
  keep(): void {
    this.#kept = true
    clearTimeout(this.#timer)
    this.#onSettled()
  }

  resolve(landed: Omit<Landed, 'timing'>): void {
    if (this.#settle()) this.#resolve({ ...landed, timing: this.timing })
  }

  reject(error: unknown): void {
    if (!this.#kept && this.#settle()) this.#reject(error)
  }

  /**
   * @param head newest head; a push without an answer has failed for certain once the branch has
   * left its base
   */
  fail(error: StoreError, head: string): void {
    this.reject(this.doubtfulBase === head ? timedOut('unknown', error) : error)
  }

  #outcome(): 'unknown' | 'not_written' {
    return this.pushing || this.doubtfulBase !== null ? 'unknown' : 'not_written'
  }

  #settle(): boolean {
    if (this.settled) return false
    this.settled = true
    clearTimeout(this.#timer)
    this.#onSettled()
    return true
  }
}
