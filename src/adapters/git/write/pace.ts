import { sleep } from '../../../domain/sleep.ts'

/** Rate limit for pushes, where the remote has one. */
export interface Pace {
  /**
   * Resolves when a push may begin: true without a wait, false after a wait, `null` if `signal`
   * aborted first.
   */
  turn(signal: AbortSignal): Promise<boolean | null>
  /** Counts a push that begins. */
  spend(): void
}

/**
 * Token bucket of `perMinute` tokens, refilled by one every `60 / perMinute` seconds on the
 * monotonic clock. A failed push spends its token too, because the remote counts it.
 * Source: GitHub docs, "Repository limits": at most six pushes a minute to one repository.
 */
export function paced(perMinute: number, now: () => number = () => performance.now()): Pace {
  const refillMs = 60_000 / perMinute
  let tokens = perMinute
  let countedAt = now()
  const refill = () => {
    const gained = Math.floor((now() - countedAt) / refillMs)
    countedAt += gained * refillMs
    tokens = Math.min(perMinute, tokens + gained)
    if (tokens === perMinute) countedAt = now()
  }
  return {
    async turn(signal) {
      for (let waited = false; ; waited = true) {
        refill()
        if (tokens > 0) return !waited
        if (!(await sleep(Math.max(1, countedAt + refillMs - now()), signal))) return null
      }
    },
    spend() {
      refill()
      tokens = Math.max(0, tokens - 1)
    },
  }
}

/** Pushes per minute that the host allows; 0: no limit. */
export function pushesPerMinuteOf(url: string): number {
  const host = URL.parse(url)?.hostname ?? ''
  return host === 'github.com' || host.endsWith('.github.com') ? 6 : 0
}
