import { Hono } from 'hono'
import { StoreError } from '../domain/errors.ts'
import type { PackServer } from '../domain/ports.ts'
import type { AppEnv } from './env.ts'

/** Path below which the embedded stores repo is served. */
export const GIT_PATH = '/git/stores.git'

/** Read-only smart HTTP of the embedded stores repo; 404 when the repo is elsewhere. */
export function gitRoutes(packServer: PackServer | null) {
  const routes = new Hono<AppEnv>()
  routes.all(`${GIT_PATH}/*`, (c) => {
    if (packServer === null) {
      throw new StoreError('route_not_found', 'the stores repo is not served here')
    }
    return packServer.handle(c.req.raw)
  })
  return routes
}
