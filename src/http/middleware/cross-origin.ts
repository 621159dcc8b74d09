import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { AppEnv } from '../env.ts'

const API = '/api/'

/**
 * Lets pages of these origins use the API from a browser. Cookies are never accepted from them, so
 * such a page needs a token of its own. Other origins get no header at all.
 * @param origins exact, such as `https://shops.example.com`
 */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler<AppEnv> {
  const known = new Set(origins)
  const answer = cors({
    origin: (origin) => (known.has(origin) ? origin : null),
    allowMethods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowHeaders: [
      ...['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'If-None-Match'],
      ...['Last-Event-ID', 'X-Request-Id', 'traceparent', 'tracestate'],
    ],
    exposeHeaders: [
      ...['ETag', 'Location', 'Link', 'X-Total-Count', 'X-Request-Id', 'RateLimit'],
      ...['RateLimit-Policy', 'Retry-After', 'Idempotency-Replayed'],
    ],
    maxAge: 600,
  })
  return async (c, next) => {
    const isKnown = known.has(c.req.header('Origin') ?? '')
    return isKnown && c.req.path.startsWith(API) ? answer(c, next) : next()
  }
}
