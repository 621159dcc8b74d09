import { setImmediate } from 'node:timers/promises'
import { StoreError } from '../../../domain/errors.ts'
import type { ChangeOptions } from '../../../domain/ports.ts'
import { keyReused } from './decider.ts'
import { LIMITS } from './limits.ts'
import type { WriteRequest } from './write-request.ts'

/** Write requests in arrival order. */
export class Queue {
  #waiting: WriteRequest[] = []
  readonly #keys = new Map<string, string>()
  #arrived: (() => void) | null = null

  get requests(): readonly WriteRequest[] {
    return this.#waiting
  }

  get size(): number {
    return this.#waiting.length
  }

  add(request: WriteRequest): void {
    this.#waiting.push(request)
    this.#arrived?.()
  }

  /** Removes up to `most` requests from the front, without those answered in the meantime. */
  take(most: number): readonly WriteRequest[] {
    return this.#waiting.splice(0, most).filter(({ isAnswered }) => !isAnswered)
  }

  /** Puts the unanswered requests back at the front, in the given order. */
  release(requests: readonly WriteRequest[]): void {
    const open = requests.filter(({ isAnswered }) => !isAnswered)
    for (const request of open) request.released()
    this.#waiting.unshift(...open)
  }

  /**
   * Resolves when a request is queued, `signal` aborts, or `withinMs` milliseconds have passed. One
   * caller at a time.
   * @param withinMs @default no limit
   */
  arrival(signal: AbortSignal | null, withinMs?: number): Promise<void> {
    if (signal?.aborted === true || this.#waiting.length > 0) return Promise.resolve()
    return new Promise((resolve) => {
      const end = () => {
        this.#arrived = null
        clearTimeout(timer)
        signal?.removeEventListener('abort', end)
        resolve()
      }
      const timer = withinMs === undefined ? undefined : setTimeout(end, withinMs)
      this.#arrived = end
      signal?.addEventListener('abort', end, { once: true })
    })
  }

  /**
   * Reserves an idempotency key, so two requests with one key are never processed at once. Returns
   * the release function.
   * @throws StoreError `idempotency_in_flight`, `idempotency_key_reused`
   */
  reserve(key: ChangeOptions['idempotency']): () => void {
    if (key === undefined) return () => {}
    const digest = this.#keys.get(key.keyHash)
    if (digest === key.inputDigest) {
      throw new StoreError('idempotency_in_flight', 'a request with this key is in progress')
    }
    if (digest !== undefined) throw keyReused()
    this.#keys.set(key.keyHash, key.inputDigest)
    return () => this.#keys.delete(key.keyHash)
  }
}

/** A push in flight. */
export interface InFlight {
  /** Number of its commits. */
  readonly commits: number
  /** Aborted when the push ends; the reason is `true` if it landed. */
  readonly over: AbortSignal
}

/**
 * Decides how long a batch stays open for further requests.
 *
 * During a push it stays open until the push ends. Afterwards, or without a push, it stays open for
 * a burst: as many requests as the push answered, or as were waiting, and then until none arrives
 * for a moment. Clients that send again at once would otherwise split into two alternating batches.
 */
export class Gathering {
  readonly #queue: Queue
  readonly #push: InFlight | null
  /** Requests that form one batch however long it takes to decide them. */
  readonly #waited: number
  /** Requests taken while no push was in flight. */
  #since = 0
  /** When gathering after the push began, by `performance.now()`. */
  #gathersSince: number | null = null

  constructor(queue: Queue, push: InFlight | null) {
    this.#queue = queue
    this.#push = push
    this.#waited = push === null ? queue.size : 0
  }

  /** True if the push failed, so commits on top of it cannot land. */
  get futile(): boolean {
    return this.#push?.over.aborted === true && this.#push.over.reason !== true
  }

  /** Counts a request that joined the batch. */
  took(): void {
    if (!this.#pushing) this.#since += 1
  }

  /**
   * Waits for a request that may join the batch.
   * @param taken number of requests in the batch
   * @returns false: the batch is closed
   */
  async more(taken: number): Promise<boolean> {
    while (this.#isOpen) {
      if (this.#queue.size > 0) return true
      if (this.#pushing) await this.#queue.arrival(this.#push?.over ?? null)
      else if (!(await this.#arrives(taken))) return false
    }
    return false
  }

  get #pushing(): boolean {
    return this.#push?.over.aborted === false
  }

  /** True while a queued request may join the batch. */
  get #isOpen(): boolean {
    if (this.#pushing || this.#since < this.#waited) return true
    const answered = this.#push?.commits ?? Number.POSITIVE_INFINITY
    if (this.futile || answered < LIMITS.burst || this.#since >= answered) return false
    this.#gathersSince ??= performance.now()
    return performance.now() - this.#gathersSince < LIMITS.gatherMs
  }

  /** Waits for a request while no push is in flight. */
  async #arrives(taken: number): Promise<boolean> {
    const afterPush = this.#push !== null
    if (afterPush || taken >= LIMITS.burst)
      await this.#queue.arrival(null, taken < LIMITS.burst ? LIMITS.againMs : LIMITS.lullMs)
    // After blocking work a timer fires before the sockets are read, so received requests get a few
    // turns.
    const { turnsOfTheLoop } = LIMITS
    for (let turn = 0; this.#queue.size === 0 && turn < turnsOfTheLoop; turn += 1)
      await setImmediate()
    return this.#queue.size > 0
  }
}
