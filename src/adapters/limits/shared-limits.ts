import { RateLimiterRedis } from 'rate-limiter-flexible'
import type { Bucket, Counted, RateLimits } from '../../domain/access/rate-limits.ts'
import type { Log } from '../../domain/ports.ts'
import { boundedCounter, countedBy } from './bounded-counter.ts'
import { keyOf, limitedBuckets, type LimitsOptions } from './memory-limits.ts'
import { messageOf, watchOutage } from './outage.ts'
import { openRedis, type RedisAddress } from './redis.ts'

export interface SharedLimitsOptions extends LimitsOptions {
  readonly redis: RedisAddress
  readonly log: Log
  /** Called for each request that Redis did not count. @default does nothing */
  readonly onFallback?: () => void
}

export interface SharedLimits extends RateLimits {
  close(): void
}

/**
 * Rate limits that several servers share through Redis. While Redis does not answer, each server
 * counts in its own memory at half the limit, rounded up: the gate is never open, and no request
 * fails. What was counted in one place is not moved to the other. Resolves as soon as Redis answers
 * or turns out to be unreachable.
 */
export async function sharedLimits(options: SharedLimitsOptions): Promise<SharedLimits> {
  const { limits, windowSeconds, log } = options
  const outage = watchOutage(log)
  const { redis, problem, settled } = openRedis(options.redis)
  await settled
  if (redis.status !== 'ready') outage.failed(problem())
  const counterOf = (bucket: Bucket) => {
    const points = limits[bucket]
    const limiter = new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `storewright:${bucket}`,
      points,
      duration: windowSeconds,
      rejectIfRedisNotReady: true,
    })
    const own = boundedCounter(Math.ceil(points / 2), windowSeconds)
    return async (subject: string): Promise<Counted> => {
      if (outage.mayTry()) {
        try {
          const counted = await countedBy(() => limiter.consume(subject), points, windowSeconds)
          outage.answered()
          return counted
        } catch (error) {
          outage.failed(problem() ?? error)
        }
      }
      outage.skipped()
      options.onFallback?.()
      return own(subject)
    }
  }
  const counters = new Map(limitedBuckets(limits).map((bucket) => [bucket, counterOf(bucket)]))
  return {
    count: async (bucket, subject) =>
      (await counters.get(bucket)?.(keyOf(bucket, subject))) ?? null,
    problem: () =>
      redis.ping().then(
        () => null,
        (error: unknown) => messageOf(problem() ?? error),
      ),
    close: () => redis.disconnect(),
  }
}
