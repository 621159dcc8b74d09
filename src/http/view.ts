import type { Context } from 'hono'
import { requireOn } from '../domain/access/visible.ts'
import type { OperationDeps } from '../domain/ports.ts'
import type { AppEnv, RouteDeps } from './env.ts'

/**
 * The operations' dependencies as the sender of this request may use them.
 * @param overrides true if the request overrides a protection, which needs `admin` on the team
 */
export function viewOf(c: Context<AppEnv>, deps: RouteDeps, overrides = false): OperationDeps {
  return deps.view(c.get('identity'), overrides ? 'admin' : c.get('scope'))
}

/**
 * Requires the permission of the route on the team of a new store, before anything is said about
 * that team.
 * @param team absent: the default team of the platform
 * @throws StoreError `forbidden`
 */
export function requireTeam(c: Context<AppEnv>, deps: RouteDeps, team: string | undefined): void {
  const { platform } = viewOf(c, deps).repo.decisionBase()
  requireOn(c.get('identity'), c.get('scope'), team ?? platform.defaults.team)
}
