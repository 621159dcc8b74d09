import { StoreError } from '../domain/errors.ts'
import type { PackServer } from '../domain/ports.ts'
import type { Router } from './router.ts'

/** Path below which the embedded stores repo is served. */
export const GIT_PATH = '/git/stores.git'

/** Read-only smart HTTP of the embedded stores repo; 404 when the repo is elsewhere. */
export function gitRoutes(router: Router, packServer: PackServer | null): void {
  router.other('git', { query: 'own', body: 'own' }, (c) => {
    if (packServer === null) {
      throw new StoreError('route_not_found', 'the stores repo is not served here')
    }
    return packServer.handle(c.req.raw)
  })
}
