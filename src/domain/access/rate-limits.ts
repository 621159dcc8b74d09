/**
 * What a request counts as. `address` is one bucket per peer, before its credentials are read, and
 * `creates` one for all identities together. The others are one per identity.
 */
export const buckets = ['address', 'read', 'preview', 'write', 'creates'] as const
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
  /** Counts a request of `subject`. Never rejects. @returns `null`: the bucket has no limit */
  count(bucket: Bucket, subject: string): Promise<Counted | null>
  /** Asks the shared store. @returns why it does not answer; `null`: it does, or there is none */
  problem(): Promise<string | null>
}
