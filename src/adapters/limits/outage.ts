import type { Log } from '../../domain/ports.ts'

/** Milliseconds for which Redis is skipped after it failed. Then one request tries it again. */
const SKIP_MS = 1_000
const LOG_MS = 60_000

/** Skips Redis for a while after it failed, so that not every request waits for it. */
export interface Outage {
  /** False while Redis is skipped. */
  mayTry(): boolean
  answered(): void
  failed(error: unknown): void
  /** Requests for which Redis gave no answer, since the start. */
  readonly count: number
  /** Counts a request that Redis did not answer. */
  skipped(): void
}

/**
 * Logs one line a minute while Redis fails, and one when it answers again.
 * @param now monotonic milliseconds
 */
export function watchOutage(log: Log, now: () => number = () => performance.now()): Outage {
  let skipUntil = 0
  let loggedAt = Number.NEGATIVE_INFINITY
  let isTold = false
  let count = 0
  return {
    mayTry() {
      if (now() < skipUntil) return false
      // Until this request is answered, the others do not wait too.
      if (skipUntil > 0) skipUntil = now() + SKIP_MS
      return true
    },
    answered() {
      skipUntil = 0
      if (!isTold) return
      isTold = false
      log.info('Redis answers again; limits are shared between servers', { count })
    },
    failed(error) {
      skipUntil = now() + SKIP_MS
      if (now() - loggedAt < LOG_MS) return
      loggedAt = now()
      isTold = true
      const detail = messageOf(error)
      log.warn('Redis does not answer; this server counts by itself, at half the limits', {
        detail,
        count,
      })
    },
    skipped: () => void (count += 1),
    get count() {
      return count
    },
  }
}

/** Other fields of an error of the client can hold the command with the password. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'there is no connection yet'
}
