import { setImmediate } from 'node:timers/promises'
import type { Imported } from './batch.ts'
import type { Queue } from './queue.ts'

/**
 * Idle time after which the open import is finished. During a push, later items start another
 * import. Without a push, gathering ends.
 */
const LULL_MS = 20
/**
 * Smallest batch that counts as a burst. Its clients are answered together and may send again
 * together.
 */
const MANY = 4
/** Event loop turns that a received request needs to reach the queue. */
const TURNS = 3
/** Wait for the first new request after a push was answered. */
const AGAIN_MS = 50
/** Longest time that a ready batch waits for a steady stream of further requests. */
const GATHER_MS = 600

/** A push in flight. */
export interface InFlight {
  /** Its commits, oldest first. */
  readonly begun: readonly Imported[]
  /** Aborted when the push ends; the reason is `true` if it landed. */
  readonly over: AbortSignal
}

/** Decides how long a batch stays open for further items. */
export class Arrivals {
  readonly #queue: Queue
  readonly #push: InFlight | null
  /** When gathering after the push began, by `performance.now()`. */
  #gathersSince: number | null = null
  /** Items taken while no push was in flight. */
  #since = 0
  /**
   * Items queued at the start. Without a push they form one batch, however long it takes to decide
   * them.
   */
  readonly #waited: number

  constructor(queue: Queue, push: InFlight | null) {
    this.#queue = queue
    this.#push = push
    this.#waited = push === null ? queue.size : 0
  }

  /** True if the push failed, so commits on top of it cannot land. */
  get futile(): boolean {
    return this.#push?.over.aborted === true && this.#push.over.reason !== true
  }

  /** True while a queued item may join the batch. */
  get open(): boolean {
    if (this.#push?.over.aborted === false) return true
    if (this.#since < this.#waited) return true
    if (this.futile || this.#answered < MANY || this.#since >= this.#answered) return false
    this.#gathersSince ??= performance.now()
    return performance.now() - this.#gathersSince < GATHER_MS
  }

  /** Counts an item that joined the batch. */
  took(): void {
    if (this.#push?.over.aborted !== false) this.#since += 1
  }

  /** Number of clients answered by the push, each of which may send again. */
  get #answered(): number {
    return this.#push?.begun.length ?? Number.POSITIVE_INFINITY
  }

  /**
   * Waits for an item or for a pause in arrivals.
   * @param before number of items in the batch
   * @param begun an import is open and could be finished during a pause
   * @returns `came`: an item is queued or the push ended; `rest`: a pause while the push is in
   * flight; `end`: the batch is closed
   */
  async wait(before: number, begun: boolean): Promise<'came' | 'rest' | 'end'> {
    const queue = this.#queue
    if (this.#push?.over.aborted === false) {
      await queue.arrival(this.#push.over, begun ? LULL_MS : undefined)
      return this.#push.over.aborted || queue.size > 0 ? 'came' : 'rest'
    }
    const again = this.#push !== null && before === 0
    if (again) await queue.arrival(null, AGAIN_MS)
    else if (this.#push !== null || before >= MANY) await queue.arrival(null, LULL_MS)
    // After blocking work the timer fires before the sockets are read, so give received requests a
    // few turns.
    for (let turn = 0; queue.size === 0 && turn < TURNS; turn += 1) await setImmediate()
    return queue.size > 0 ? 'came' : 'end'
  }
}
