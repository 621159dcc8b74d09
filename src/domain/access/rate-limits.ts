/**
 * What a request counts as. `creates` is one bucket for all identities together; the others are
 * one per identity.
 */
export const buckets = ['read', 'preview', 'write', 'creates'] as const
export type Bucket = (typeof buckets)[number]

/** The state of a bucket after a request was counted. */
export interface Counted {
  /** Requests per window. */
  readonly limit: number
  /** Length of the window in seconds. */
  readonly windowSeconds: number
  /** Requests that are left in this window. */
  readonly remaining: number
  /** Seconds until the window ends, rounded up. */
  readonly resetSeconds: number
  /** False: the request is one too many. */
  readonly isAllowed: boolean
}

/** Counts requests in windows of a fixed length, which begin with the first request. */
export interface RateLimits {
  /** Counts a request of `subject`. @returns `null`: the bucket has no limit */
  count(bucket: Bucket, subject: string): Promise<Counted | null>
}
