import type { Context } from 'hono'
import { z } from 'zod'
import { SignInError, type SignInReason } from '../domain/access/sign-in.ts'
import { StoreError } from '../domain/errors.ts'
import { cookiesOf } from './cookies.ts'
import type { AppEnv, RouteDeps } from './env.ts'
import { logIds } from './log-ids.ts'
import type { Router } from './router.ts'

/** Where to go after the sign-in; a path of ours, checked by {@link ownPath}. */
const LoginQuery = z.strictObject({ returnTo: z.string().max(2000).optional() })

const DETAIL: Readonly<Record<SignInReason, string>> = {
  expired: 'the sign-in took longer than ten minutes, or was begun in another browser',
  denied: 'the sign-in was cancelled at the identity provider',
  rejected: 'the identity provider refused the sign-in, or its answer was not valid',
  unavailable: 'the identity provider does not answer',
}

/**
 * Mounts the sign-in at an OpenID Connect provider. A failed one returns the browser to the
 * dashboard, which explains it.
 */
export function signInRoutes(router: Router, deps: RouteDeps): void {
  const { access, log, isSecure } = deps
  const signIn = () => {
    if (access.signIn === null)
      throw new StoreError('route_not_found', 'this server has no sign-in')
    return access.signIn
  }

  router.other('login', { query: LoginQuery, body: 'none' }, async (c) => {
    const returnTo = ownPath(c.req.query('returnTo') ?? '/')
    c.header('Cache-Control', 'no-store')
    try {
      return c.redirect(await signIn().begin(returnTo, cookiesOf(c, isSecure)), 302)
    } catch (error) {
      return failed(c, error)
    }
  })

  router.other('callback', { query: 'own', body: 'none' }, async (c) => {
    c.header('Cache-Control', 'no-store')
    try {
      const query = new URL(c.req.url).search
      return c.redirect(await signIn().finish(query, cookiesOf(c, isSecure)), 302)
    } catch (error) {
      return failed(c, error)
    }
  })

  router.other('logout', { query: z.strictObject({}), body: 'none' }, async (c) => {
    await signIn().end(cookiesOf(c, isSecure))
    return c.body(null, 204, { 'Cache-Control': 'no-store' })
  })

  function failed(c: Context<AppEnv>, error: unknown): Response {
    if (!(error instanceof SignInError)) throw error
    const { reason } = error
    log.warn('a sign-in failed', { ...logIds(c), detail: reason, err: error })
    if (/\btext\/html\b/i.test(c.req.header('Accept') ?? '')) {
      return c.redirect(`/sign-in?failed=${reason}`, 302)
    }
    throw new StoreError('login_failed', DETAIL[reason], { extra: { reason } })
  }
}

/**
 * Refuses a return to another site. A browser reads `//` and `/\` as the beginning of a host, and
 * drops tabs and line ends.
 * @throws StoreError `invalid_query`
 */
export function ownPath(given: string): string {
  const here = 'https://storewright.invalid'
  const url = URL.parse(given, here)
  const isOurs = /^\/(?![/\\])[\x21-\x7e]*$/.test(given) && url?.origin === here
  if (isOurs) return given
  throw new StoreError('invalid_query', 'returnTo must be a path of this server', {
    errors: [{ pointer: '#/returnTo', detail: 'begins with one slash, without blanks' }],
  })
}
