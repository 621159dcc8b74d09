import { StoreError } from '../domain/errors.ts'
import type { AppDeps } from './env.ts'
import type { Router } from './router.ts'

/**
 * Smart HTTP of the embedded stores repo, including pushes. It is not authenticated and therefore
 * accepts requests from this machine only. Returns 404 if the repo is remote. After each push the
 * repo is read immediately.
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
