import type { RateLimits } from '../../domain/access/rate-limits.ts'
import { type Finding, skipped, warning, well } from '../../observe/checks.ts'
import type { Config } from '../config.ts'

export interface RedisCheckDeps {
  readonly config: Pick<Config, 'redisAddr'>
  readonly limits: Pick<RateLimits, 'problem'>
}

/** Are rate limits shared between servers now? Without Redis they still hold, at half. */
export async function redisCheck({ config, limits }: RedisCheckDeps): Promise<Finding> {
  if (config.redisAddr === null) {
    return skipped('rate limits are those of this server', 'With several servers, set REDIS_ADDR.')
  }
  const problem = await limits.problem()
  if (problem === null) return well('Redis answers, so servers share their rate limits')
  return warning(
    `Redis does not answer (${problem}), so each server counts at half the limits`,
    'Check REDIS_ADDR, REDIS_PASSWORD, REDIS_TLS and the network.',
  )
}
