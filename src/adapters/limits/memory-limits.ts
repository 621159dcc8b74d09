import { type Bucket, buckets, type RateLimits } from '../../domain/access/rate-limits.ts'
import { boundedCounter } from './bounded-counter.ts'

export interface LimitsOptions {
  /** Requests per window; 0: no limit. */
  readonly limits: Readonly<Record<Bucket, number>>
  readonly windowSeconds: number
}

/**
 * Rate limits in the memory of this process. Several servers count apart, so together they let
 * through a multiple.
 */
export function memoryLimits({ limits, windowSeconds }: LimitsOptions): RateLimits {
  const counters = new Map(
    limitedBuckets(limits).map((bucket) => [bucket, boundedCounter(limits[bucket], windowSeconds)]),
  )
  return {
    count: async (bucket, subject) =>
      (await counters.get(bucket)?.(keyOf(bucket, subject))) ?? null,
    problem: async () => null,
  }
}

export function limitedBuckets(limits: LimitsOptions['limits']): readonly Bucket[] {
  return buckets.filter((bucket) => limits[bucket] > 0)
}

/** All subjects share one bucket of creates. */
export function keyOf(bucket: Bucket, subject: string): string {
  return bucket === 'creates' ? 'all' : subject
}
