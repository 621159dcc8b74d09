import { setImmediate } from 'node:timers/promises'
import type { Imported } from './batch.ts'
import type { Queue } from './queue.ts'

/**
 * So long nothing came: what came before is made ready. While a push is in flight more is added to it; without one that is the end
 * of what is gathered.
 */
const LULL_MS = 20
/** So many at once are a burst, and when they are answered at once they may all come again. */
const MANY = 4
/** Turns of the event loop in which a request that was received reaches the queue. */
const TURNS = 3
/** So long is waited for the first of those who were just answered. */
const AGAIN_MS = 50
/** What is ready waits for more that comes without a lull for so long. */
const GATHER_MS = 600

/** A push on its way. */
export interface InFlight {
  /** What it pushes, oldest first. */
  readonly begun: readonly Imported[]
  /** Aborted when it has ended; its reason is `true` when it landed. */
  readonly over: AbortSignal
}

/** Says how long more items may come for one push. */
export class Arrivals {
  readonly #queue: Queue
  readonly #push: InFlight | null
  /** Since when no push is in flight, by `performance.now()`. */
  #gathersSince: number | null = null
  /** Items taken since. */
  #since = 0
  /** Items that waited at the beginning: without a push they are one batch, however long that takes. */
  readonly #waited: number

  constructor(queue: Queue, push: InFlight | null) {
    this.#queue = queue
    this.#push = push
    this.#waited = push === null ? queue.size : 0
  }

  /** The push did not land, so nothing on top of it can. */
  get futile(): boolean {
    return this.#push?.over.aborted === true && this.#push.over.reason !== true
  }

  /** May an item that waits be taken? */
  get open(): boolean {
    if (this.#push?.over.aborted === false) return true
    if (this.#since < this.#waited) return true
    if (this.futile || this.#answered < MANY || this.#since >= this.#answered) return false
    this.#gathersSince ??= performance.now()
    return performance.now() - this.#gathersSince < GATHER_MS
  }

  /** An item was taken. */
  took(): void {
    if (this.#push?.over.aborted !== false) this.#since += 1
  }

  /** Who may come again. */
  get #answered(): number {
    return this.#push?.begun.length ?? Number.POSITIVE_INFINITY
  }

  /**
   * Until an item came, or a lull.
   * @param so many came before
   * @param begun something was begun that could be made ready now
   * @returns `rest`: a lull while the push goes on; `end`: nothing more is waited for
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
    // A timer is due before what came in while the thread worked is read.
    for (let turn = 0; queue.size === 0 && turn < TURNS; turn += 1) await setImmediate()
    return queue.size > 0 ? 'came' : 'end'
  }
}
