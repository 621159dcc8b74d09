import type { MiddlewareHandler } from 'hono'
import { compact } from '../../domain/compact.ts'
import type { Log } from '../../domain/ports.ts'
import type { AppEnv } from '../env.ts'
import { logIds } from '../log-ids.ts'

const CLIENT_ID = /^[A-Za-z0-9._-]{8,64}$/

/**
 * Gives each request a ULID and logs its end. A client's own id is logged and echoed, but never
 * used. The ULID in a commit proves that the request landed, and a reused id would make a second
 * create look landed.
 */
export function requestId(newId: () => string, log: Log): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const id = newId()
    const began = performance.now()
    const clientId = c.req.header('X-Request-Id')
    const known = clientId !== undefined && CLIENT_ID.test(clientId) ? clientId : undefined
    c.set('requestId', id)
    await next()
    c.header('X-Request-Id', id)
    if (known !== undefined) c.header('X-Client-Request-Id', known)
    const code = c.get('code')
    log.info('request', {
      ...logIds(c),
      ...compact({ client_req_id: known }),
      method: c.req.method,
      route: c.req.routePath,
      status: c.res.status,
      ...compact({ code }),
      duration_s: Math.round(performance.now() - began) / 1000,
    })
  }
}
