import type { Context, MiddlewareHandler } from 'hono'
import { type OperationId, paths } from '../../contract/paths.ts'
import type { Bucket, Counted, RateLimits } from '../../domain/access/rate-limits.ts'
import { StoreError } from '../../domain/errors.ts'
import { peerKey } from '../../domain/git-client.ts'
import type { AppEnv } from '../env.ts'

/** Operations that work without committing, such as a preview of a form that is being typed. */
const PREVIEWS: readonly OperationId[] = ['previewStore', 'refreshStore', 'runCheck']

/** Operations that count as a create too. */
const CREATES: readonly OperationId[] = ['createStore', 'legacyCreateStore']

/** The setting that raises each limit. */
const SETTINGS: Readonly<Record<Bucket, string>> = {
  address: 'RATE_LIMIT_ADDRESS',
  read: 'RATE_LIMIT_READ',
  preview: 'RATE_LIMIT_READ',
  write: 'RATE_LIMIT',
  creates: 'RATE_LIMIT_CREATES',
}

const WHOSE: Partial<Record<Bucket, string>> = {
  address: 'of your address',
  creates: 'of all together',
}

/**
 * Counts requests of one operation per identity and refuses those above the limit. Headers follow
 * draft-ietf-httpapi-ratelimit-headers. Open streams and public routes are not counted.
 * @throws StoreError `rate_limited` (extra `retryAfter`, seconds, and `violated-policies`)
 */
export function rateLimit(limits: RateLimits, id: OperationId): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const { subject } = c.get('identity')
    const counts: (readonly [Bucket, Counted])[] = []
    for (const bucket of bucketsOf(c, id)) {
      const counted = await limits.count(bucket, subject)
      if (counted !== null) counts.push([bucket, counted])
      if (counted?.isAllowed === false) throw refusal(c, counts)
    }
    await next()
    tell(c, counts)
  }
}

/** Requests of probes and scrapers, which must get an answer under load too. */
const UNCOUNTED: readonly string[] = ['/healthz', '/readyz', '/metrics']

/**
 * Counts requests per peer before their credentials are read, and refuses those above the limit.
 * @throws StoreError `rate_limited` (extra `retryAfter`, seconds, and `violated-policies`)
 */
export function limitAddress(limits: RateLimits): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (!UNCOUNTED.includes(c.req.path)) {
      const { peer = '' } = (c.env ?? {}) as Partial<AppEnv['Bindings']>
      const counted = await limits.count('address', peerKey(peer))
      if (counted?.isAllowed === false) throw refusal(c, [['address', counted]])
    }
    await next()
  }
}

/** True for operations that {@link rateLimit} counts. */
export function isCounted(id: OperationId): boolean {
  return paths[id][2] !== 'public' && id !== 'stream'
}

function bucketsOf(c: Context<AppEnv>, id: OperationId): readonly Bucket[] {
  const writes = paths[id][3] === 'writes'
  if (PREVIEWS.includes(id) || (writes && c.req.query('dryRun') === 'true')) return ['preview']
  if (!writes) return ['read']
  return CREATES.includes(id) ? ['write', 'creates'] : ['write']
}

function refusal(c: Context<AppEnv>, counts: readonly (readonly [Bucket, Counted])[]): StoreError {
  tell(c, counts)
  const [bucket, { limit, windowSeconds, resetSeconds }] = counts.at(-1) as (typeof counts)[number]
  const whose = WHOSE[bucket] ?? 'of yours'
  return new StoreError('rate_limited', 'rate limit exceeded', {
    extra: { retryAfter: resetSeconds, 'violated-policies': [bucket] },
    hint: `Wait for ${resetSeconds} s. At most ${limit} requests ${whose} count as ${bucket} in ${windowSeconds} s (${SETTINGS[bucket]}, RATE_WINDOW).`,
  })
}

function tell(c: Context<AppEnv>, counts: readonly (readonly [Bucket, Counted])[]): void {
  if (counts.length === 0) return
  const policy = counts.map(
    ([name, { limit, windowSeconds }]) => `"${name}";q=${limit};w=${windowSeconds}`,
  )
  const state = counts.map(
    ([name, { remaining, resetSeconds }]) => `"${name}";r=${remaining};t=${resetSeconds}`,
  )
  c.header('RateLimit-Policy', policy.join(', '))
  c.header('RateLimit', state.join(', '))
}
