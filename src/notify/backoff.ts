import { sleep } from '../domain/sleep.ts'

export interface BackoffOptions {
  /** Milliseconds before the second attempt. Each further wait is twice as long. @default 1000 */
  readonly firstMs?: number
  /** Milliseconds of the longest wait. @default 60000 */
  readonly longestMs?: number
  /** 0 up to but not including 1. */
  readonly random: () => number
}

/**
 * Milliseconds before attempt `failures + 1`. Half of the wait is random, so that servers that failed together
 * do not return together.
 */
export function backoffMs(failures: number, options: BackoffOptions): number {
  const { firstMs = 1000, longestMs = 60_000, random } = options
  const fullMs = Math.min(longestMs, firstMs * 2 ** Math.max(0, failures - 1))
  return fullMs / 2 + (fullMs / 2) * random()
}

/**
 * Repeats `attempt` until it returns `null`, which means success.
 * @param mayTry checked before each attempt; false ends the attempts
 * @param onFailure called with the reason of each failed attempt
 * @returns false: `signal` aborted or `mayTry` returned false before an attempt succeeded
 */
export async function untilDelivered(
  attempt: () => Promise<string | null>,
  onFailure: (reason: string) => void,
  mayTry: () => boolean,
  signal: AbortSignal,
  options: BackoffOptions,
): Promise<boolean> {
  for (let failures = 0; mayTry() && !signal.aborted;) {
    const reason = await attempt()
    if (reason === null) return true
    if (signal.aborted) return false
    failures += 1
    onFailure(reason)
    if (!(await sleep(backoffMs(failures, options), signal))) return false
  }
  return false
}
