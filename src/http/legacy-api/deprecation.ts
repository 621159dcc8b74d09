import type { MiddlewareHandler } from 'hono'
import { paths } from '../../contract/paths.ts'
import type { AppEnv } from '../env.ts'

/** 2026-11-21, in the form of RFC 9745. */
const SINCE = '@1795219200'

const PATTERNS = Object.entries(paths)
  .filter(([id]) => id.startsWith('legacy'))
  .map(([, [, path]]) => new RegExp(`^${path.replace('{name}', '[^/]+')}$`))

/**
 * Marks each answer of the second earlier API as deprecated, refusals included. There is no
 * `Sunset`, because these routes stay.
 */
export const deprecation: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next()
  if (!PATTERNS.some((pattern) => pattern.test(c.req.path))) return
  c.header('Deprecation', SINCE)
  c.header('Link', '</api/v1/stores>; rel="successor-version"', { append: true })
}
