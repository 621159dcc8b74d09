import { StoreError } from '../../../domain/errors.ts'
import type { ChangeOptions } from '../../../domain/ports.ts'
import { keyReused } from './decider.ts'
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
