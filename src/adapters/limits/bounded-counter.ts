import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { Counted } from '../../domain/access/rate-limits.ts'

/**
 * Subjects that one bucket remembers. Above that, the one that has sent nothing for the longest
 * time is forgotten, so a stream of new addresses cannot fill the memory.
 */
const MAX_SUBJECTS = 10_000

/** Counts one request of a subject. */
export type Counter = (subject: string) => Promise<Counted>

/** Counts in the memory of this process, in windows of a fixed length. */
export function boundedCounter(
  limit: number,
  windowSeconds: number,
  maxSubjects = MAX_SUBJECTS,
): Counter {
  const limiter = new RateLimiterMemory({ points: limit, duration: windowSeconds })
  /** In the order of the last request. */
  const subjects = new Set<string>()
  return async (subject) => {
    subjects.delete(subject)
    subjects.add(subject)
    const [oldest] = subjects
    if (subjects.size > maxSubjects && oldest !== undefined) {
      subjects.delete(oldest)
      await limiter.delete(oldest)
    }
    return countedBy(() => limiter.consume(subject), limit, windowSeconds)
  }
}

/** @throws any error of `consume`, except the refusal of a request */
export async function countedBy(
  consume: () => Promise<RateLimiterRes>,
  limit: number,
  windowSeconds: number,
): Promise<Counted> {
  const counted = ({ remainingPoints, msBeforeNext }: RateLimiterRes, isAllowed: boolean) => {
    const resetSeconds = Math.max(1, Math.ceil(msBeforeNext / 1000))
    return { limit, windowSeconds, remaining: remainingPoints, resetSeconds, isAllowed }
  }
  try {
    return counted(await consume(), true)
  } catch (error) {
    if (error instanceof RateLimiterRes) return counted(error, false)
    throw error
  }
}
