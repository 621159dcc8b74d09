import { memoryLimits } from '../adapters/limits/memory-limits.ts'
import { sharedLimits } from '../adapters/limits/shared-limits.ts'
import type { Bucket, RateLimits } from '../domain/access/rate-limits.ts'
import type { Metrics } from '../domain/metrics.ts'
import type { Log } from '../domain/ports.ts'
import { hasAuthentication } from './config-checks.ts'
import type { Config } from './config.ts'

/** Requests per window of a server with authentication. */
const DEFAULTS: Readonly<Record<Bucket, number>> = {
  address: 1200,
  read: 600,
  preview: 120,
  write: 60,
  creates: 100,
}

type Limited = Pick<
  Config,
  | 'tokensFile'
  | 'oidcIssuer'
  | 'rateLimit'
  | 'rateLimitRead'
  | 'rateLimitCreates'
  | 'rateLimitAddress'
  | 'rateWindow'
>

/** The limits of the configuration. Without authentication there are none, except those it sets. */
export function limitsOf(config: Limited): Readonly<Record<Bucket, number>> {
  const { rateLimit, rateLimitRead, rateLimitCreates } = config
  const fallback = (bucket: Bucket) => (hasAuthentication(config) ? DEFAULTS[bucket] : 0)
  return {
    address: config.rateLimitAddress ?? fallback('address'),
    read: rateLimitRead ?? fallback('read'),
    // A preview costs a render, so a fifth of the reads may be previews.
    preview: rateLimitRead === null ? fallback('preview') : Math.ceil(rateLimitRead / 5),
    write: rateLimit ?? fallback('write'),
    creates: rateLimitCreates ?? fallback('creates'),
  }
}

/** Opens the limits: shared through Redis if the configuration names one, else of this process. */
export async function openLimits(
  config: Limited & Pick<Config, 'redisAddr' | 'redisPassword' | 'redisTls'>,
  log: Log,
  metrics: Metrics,
): Promise<RateLimits & { close(): void }> {
  const limits = limitsOf(config)
  const windowSeconds = Math.ceil(config.rateWindow / 1000)
  const { redisAddr, redisPassword: password, redisTls: tls } = config
  if (redisAddr === null) return { ...memoryLimits({ limits, windowSeconds }), close() {} }
  const redis = { ...redisAddr, password, tls }
  const onFallback = () => metrics.count('storewright_ratelimit_fallback_total', {})
  return sharedLimits({ limits, windowSeconds, redis, log, onFallback })
}
