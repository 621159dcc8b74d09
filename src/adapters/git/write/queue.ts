import type { ChangeOptions } from '../../../domain/ports.ts'
import { StoreError } from '../../../domain/errors.ts'
import { keyReused } from './drafts.ts'
import type { Item } from './item.ts'

/** Requests that wait for the writer, first come first served. */
export class Queue {
  #waiting: Item[] = []
  readonly #keys = new Map<string, string>()
  #arrived: (() => void) | null = null

  get items(): readonly Item[] {
    return this.#waiting
  }

  get size(): number {
    return this.#waiting.length
  }

  add(item: Item): void {
    this.#waiting.push(item)
    this.#arrived?.()
  }

  take(most: number): readonly Item[] {
    return this.#waiting.splice(0, most)
  }

  /** To the front, in their order. */
  putBack(items: readonly Item[]): void {
    this.#waiting.unshift(...items)
  }

  /**
   * Resolves when an item waits, `signal` aborted, or `withinMs` milliseconds have passed. One caller at a time.
   * @param withinMs @default for ever
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
   * Two requests with one key are never worked on at once. Returns what ends the reservation.
   * @throws StoreError `idempotency_in_flight`, `idempotency_key_reused`
   */
  reserve(key: ChangeOptions['idempotency']): () => void {
    if (key === undefined) return () => {}
    const digest = this.#keys.get(key.keyHash)
    if (digest === key.inputDigest) {
      throw new StoreError('idempotency_in_flight', 'the same request is being worked on')
    }
    if (digest !== undefined) throw keyReused()
    this.#keys.set(key.keyHash, key.inputDigest)
    return () => this.#keys.delete(key.keyHash)
  }
}
