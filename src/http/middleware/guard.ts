import type { MiddlewareHandler } from 'hono'
import type { Identity } from '../../domain/access/identity.ts'
import { StoreError } from '../../domain/errors.ts'
import type { AppEnv } from '../env.ts'

const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?$/

/** A kubelet probes a pod by its address. These two answers are the same for everyone. */
const PROBES: readonly string[] = ['/healthz', '/readyz']

/**
 * Prevents DNS rebinding: a web page could reach the server by a name of its own that resolves to
 * the server's address. Only loopback names and the host of `PUBLIC_URL` are answered.
 * @param publicHost with its port, if the URL has one; `null`: only loopback names
 */
export function knownHost(publicHost: string | null): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    // An absolute request target carries its own host (RFC 9112, 3.2.2).
    const hosts = [c.req.header('Host') ?? '', URL.parse(c.req.url)?.host ?? '']
    const isKnown = hosts.every((host) => LOOPBACK_HOST.test(host) || host === publicHost)
    if (!isKnown && (publicHost === null || !PROBES.includes(c.req.path))) {
      throw new StoreError('host_rejected', 'this host name is not answered')
    }
    await next()
  }
}

/**
 * Refuses browser writes from other sites, based on `Origin` and `Sec-Fetch-Site`. Other clients
 * send neither header. A browser sends at least one with every write, so a request with a cookie
 * and without them is refused too.
 * @param others origins whose pages may write too
 */
export function sameOrigin(others: readonly string[]): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const origin = c.req.header('Origin')
    if (isWrite(c.req.method) && (origin === undefined || !others.includes(origin))) {
      const site = c.req.header('Sec-Fetch-Site')
      const own = origin === undefined || URL.parse(origin)?.host === c.req.header('Host')
      const isPerson = (c.get('identity') as Identity | undefined)?.kind === 'oidc'
      const hasCookie = isPerson && c.req.header('Authorization') === undefined
      const isUnmarked = hasCookie && origin === undefined && site === undefined
      if ((site !== undefined && site !== 'same-origin' && site !== 'none') || !own || isUnmarked) {
        throw new StoreError('csrf_rejected', 'writes from another site are not accepted')
      }
    }
    await next()
  }
}

function isWrite(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'
}

const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** The dashboard uses no device or sensor. */
const PERMISSIONS_POLICY = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'usb',
]
  .map((feature) => `${feature}=()`)
  .join(', ')

/** @param isSecure clients reach the server over HTTPS, and are to stay with it for a year */
export function securityHeaders(isSecure: boolean): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next()
    if (isSecure) c.header('Strict-Transport-Security', 'max-age=31536000')
    c.header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Referrer-Policy', 'no-referrer')
    c.header('Cross-Origin-Resource-Policy', 'same-origin')
    c.header('Cross-Origin-Opener-Policy', 'same-origin')
    c.header('Permissions-Policy', PERMISSIONS_POLICY)
  }
}
