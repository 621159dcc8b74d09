import { EVERY_TEAM, may } from '../domain/access/identity.ts'
import { StoreError } from '../domain/errors.ts'
import type { RouteDeps } from './env.ts'
import type { Router } from './router.ts'

/**
 * Smart HTTP of the embedded stores repo, including pushes. It shows every store, so a fetch needs
 * `stores:read` on all teams, and a push `admin` on all teams. Returns 404 if the repo is remote.
 * After each push the repo is read immediately.
 */
export function gitRoutes(router: Router, deps: RouteDeps): void {
  const { packServer, look } = deps
  router.other('git', { query: 'own', body: 'own' }, (c) => {
    if (packServer === null) {
      throw new StoreError('route_not_found', 'the stores repo is not served here')
    }
    const identity = c.get('identity')
    if (!may(identity, 'stores:read', EVERY_TEAM)) {
      throw new StoreError('forbidden', 'the stores repo shows the stores of every team')
    }
    const mayPush = may(identity, 'admin', EVERY_TEAM)
    const onPush = mayPush ? look : null
    return packServer.handle(c.req.raw, { peer: c.env.peer ?? null, onPush })
  })
}
