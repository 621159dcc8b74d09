import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import {
  type Bucket,
  buckets,
  type Counted,
  type RateLimits,
} from '../../domain/access/rate-limits.ts'

export interface MemoryLimitsOptions {
  /** Requests per window; 0: no limit. */
  readonly limits: Readonly<Record<Bucket, number>>
  readonly windowSeconds: number
}

/**
 * Rate limits in the memory of this process. Several servers count apart, so together they let
 * through a multiple. A window that ended is forgotten, so memory grows with the subjects of one
 * window only.
 */
export function memoryLimits({ limits, windowSeconds }: MemoryLimitsOptions): RateLimits {
  const limiters = new Map(
    buckets
      .filter((bucket) => limits[bucket] > 0)
      .map((bucket) => [
        bucket,
        new RateLimiterMemory({ points: limits[bucket], duration: windowSeconds }),
      ]),
  )
  return {
    async count(bucket, subject) {
      const limiter = limiters.get(bucket)
      if (limiter === undefined) return null
      const told = { limit: limits[bucket], windowSeconds }
      const key = bucket === 'creates' ? '' : subject
      try {
        return countedOf(await limiter.consume(key), told, true)
      } catch (error) {
        if (error instanceof RateLimiterRes) return countedOf(error, told, false)
        throw error
      }
    },
  }
}

function countedOf(
  { remainingPoints, msBeforeNext }: RateLimiterRes,
  told: Pick<Counted, 'limit' | 'windowSeconds'>,
  isAllowed: boolean,
): Counted {
  const resetSeconds = Math.max(1, Math.ceil(msBeforeNext / 1000))
  return { ...told, remaining: remainingPoints, resetSeconds, isAllowed }
}
