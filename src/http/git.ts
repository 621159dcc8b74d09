import { StoreError } from '../domain/errors.ts'
import type { AppDeps } from './env.ts'
import type { Router } from './router.ts'

/**
 * Smart HTTP of the embedded stores repo, pushes included. Only this machine is answered, since nothing here is authenticated;
 * 404 when the repo is elsewhere. A push is looked at as soon as Git has processed it.
 */
export function gitRoutes(router: Router, deps: AppDeps): void {
  const { packServer, repo, loopbackOnly } = deps
  router.other('git', { query: 'own', body: 'own' }, (c) => {
    if (packServer === null || !loopbackOnly) {
      throw new StoreError('route_not_found', 'the stores repo is not served here')
    }
    return packServer.handle(c.req.raw, { peer: c.env.peer ?? null, onPush: () => repo.look() })
  })
}
