import { StoreError } from '../../../domain/errors.ts'
import type {
  ChangeOptions,
  Decide,
  Landed,
  Requester,
  WriteTiming,
} from '../../../domain/ports.ts'
import type { StoreFolder } from '../read/fleet.ts'
import { timedOut } from '../cache/git-errors.ts'

const DEADLINE_MS = 30_000

/** What the last run of a decision came to, for the next one, which mostly comes to the same files. */
export interface Made {
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly folder: StoreFolder
  /** Generation of the cache that holds the folder's tree; `null` = none does. */
  heldBy: number | null
}

/** One request that waits for its commit. */
export class Item {
  readonly by: Requester
  readonly decide: Decide
  readonly idempotency: ChangeOptions['idempotency']
  readonly result: Promise<Landed>
  settled = false
  /** A push that holds this item is running. */
  pushing = false
  /** Pushes so far that held this item. */
  pushes = 0
  /** Head under which a push of this item ended without an answer: while the head stays, it may still land. */
  doubtfulBase: string | null = null
  /** The store this item was about in its first run, and that store's newest commit then. */
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
      // A caller that left gets no answer anyway; what is on its way to the remote goes on.
      const leave = () => {
        if (!this.pushing) expire()
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#onSettled = () => signal.removeEventListener('abort', leave)
      if (signal.aborted) leave()
    }
  }

  /** A push is held back since `since`, monotonic; an item that came later waited less. */
  paced(since: number): void {
    this.#pacedMs += Math.max(0, performance.now() - Math.max(since, this.#arrivedAt))
  }

  get timing(): WriteTiming {
    const totalMs = performance.now() - this.#arrivedAt
    return { totalMs, pacedMs: this.#pacedMs, pushes: this.pushes }
  }

  /** It landed, and {@link resolve} comes: no deadline, no caller that left and no failure makes it anything else. */
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

  /** @param head newest head: a push without an answer is surely lost once the branch left its base */
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
