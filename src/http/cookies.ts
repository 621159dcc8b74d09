import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { CookieName, Cookies } from '../domain/access/access.ts'
import type { AppEnv } from './env.ts'

const NAMES: Readonly<Record<CookieName, string>> = {
  session: 'storewright',
  refresh: 'storewright-refresh',
  'sign-in': 'storewright-sign-in',
}

/**
 * Our cookies of one request and its response. Over HTTPS they have the prefix `__Host-`, so that
 * no other host and no plain connection can set them (RFC 6265bis, 4.1.3.2).
 */
export function cookiesOf(c: Context<AppEnv>, isSecure: boolean): Cookies {
  const prefix = isSecure ? 'host' : undefined
  return {
    get: (name) =>
      prefix === undefined ? getCookie(c, NAMES[name]) : getCookie(c, NAMES[name], prefix),
    set(name, value, seconds) {
      setCookie(c, NAMES[name], value ?? '', {
        path: '/',
        httpOnly: true,
        sameSite: 'Lax',
        secure: isSecure,
        maxAge: value === null ? 0 : seconds,
        ...(prefix === undefined ? {} : { prefix }),
      })
    },
  }
}
