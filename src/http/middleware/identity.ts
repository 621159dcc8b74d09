import type { MiddlewareHandler } from 'hono'
import { type Permission, type Scope, scopes } from '../../contract/paths.ts'
import type { Access, Cookies } from '../../domain/access/access.ts'
import { EVERY_TEAM, may, mayAnywhere } from '../../domain/access/identity.ts'
import { compact } from '../../domain/compact.ts'
import { StoreError } from '../../domain/errors.ts'
import { GIT_PATH } from '../../domain/git-client.ts'
import { cookiesOf } from '../cookies.ts'
import type { AppEnv } from '../env.ts'

/** Paths with answers for one person. A proxy may keep the others, so they must never set a cookie. */
const PERSONAL = /^\/(?:api|auth|metrics)(?:\/|$)/
const NO_COOKIES: Cookies = { get: () => undefined, set: () => undefined }

/**
 * Sets the identity of each request from its credentials and its connection. A request without
 * valid ones goes on, because some routes are public; {@link allow} refuses it elsewhere.
 */
export function identify(access: Access, isSecure: boolean): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const authorization = c.req.header('Authorization')
    const peer = (c.env as Partial<AppEnv['Bindings']> | undefined)?.peer ?? ''
    const isGit = c.req.path.startsWith(`${GIT_PATH}/`)
    const cookies = PERSONAL.test(c.req.path) ? cookiesOf(c, isSecure) : NO_COOKIES
    const found = await access.identify({ peer, isGit, cookies, ...compact({ authorization }) })
    c.set('refusal', found instanceof StoreError ? found : null)
    if (!(found instanceof StoreError)) c.set('identity', found)
    await next()
  }
}

/**
 * Refuses a request whose identity lacks the permission of the route. Which teams it has the
 * permission for is decided by the view of the stores and, for a write, by its decision.
 * @throws StoreError `unauthenticated`, `too_many_attempts`, `forbidden`
 */
export function allow(permission: Permission): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (permission !== 'public') {
      const refusal = c.get('refusal')
      if (refusal !== null) throw refusal
      const identity = c.get('identity')
      const scope = scopeOf(permission)
      // An admin acts on the whole platform; every other permission counts on some team.
      const isAllowed =
        permission === 'identity' ||
        (scope === 'admin' ? may(identity, scope, EVERY_TEAM) : mayAnywhere(identity, scope))
      if (!isAllowed) {
        const extra = { permission: scope }
        throw new StoreError('forbidden', `this needs the permission ${scope}`, { extra })
      }
      c.set('scope', scope)
    }
    await next()
  }
}

function scopeOf(permission: Permission): Scope {
  return scopes.find((scope) => scope === permission) ?? 'stores:read'
}
