import { endpoints } from '../contract/endpoints.ts'
import { NoQuery, ReadyQuery } from '../contract/store-query.ts'
import { StoreError } from '../domain/errors.ts'
import { getPlatform } from '../operations/get-platform.ts'
import type { RouteDeps } from './env.ts'
import { json, operation } from './route.ts'
import type { Router } from './router.ts'
import { viewOf } from './view.ts'

const platform = operation('getPlatform', {
  summary: 'Read plans, releases and limits, and what is simulated or blocked',
  request: { query: NoQuery },
  responses: {
    200: { description: 'The platform', content: json(endpoints.getPlatform.reply) },
  },
})

const alive = operation('healthz', {
  summary: 'Liveness: the process answers, without I/O',
  request: { query: NoQuery },
  responses: {
    200: { description: 'Alive', content: json(endpoints.healthz.reply) },
  },
})

const ready = operation('readyz', {
  summary: 'Readiness: the index of the stores repo is loaded; with ?write, writes can succeed too',
  request: { query: ReadyQuery },
  responses: {
    200: { description: 'Ready', content: json(endpoints.readyz.reply) },
  },
  codes: ['not_ready', 'git_unavailable', 'git_auth', 'history_rewritten'],
})

const NO_STORE = { 'Cache-Control': 'no-store' } as const

/** Mounts the liveness probe. */
export function aliveRoute(router: Router): void {
  router.operation(alive, (c) => c.json({ status: 'alive' as const }, 200, NO_STORE))
}

/**
 * Mounts the platform and the two probes. A failed Git remote does not fail readiness, because
 * reads still work.
 */
export function platformRoutes(router: Router, deps: RouteDeps): void {
  router.operation(platform, (c) => c.json(getPlatform(viewOf(c, deps)), 200, NO_STORE))
  aliveRoute(router)
  router.operation(ready, (c) => {
    if (!deps.ready()) throw new StoreError('not_ready', 'the server is starting or stopping')
    const query = c.req.valid('query')
    const blockedBy = deps.writesBlockedBy()
    if (query.write !== undefined && blockedBy !== null) {
      throw new StoreError(blockedBy, 'writes cannot succeed now')
    }
    const checks = [{ name: 'git_write', ok: blockedBy === null }]
    return c.json(
      { status: 'ready' as const, ...(query.verbose === undefined ? {} : { checks }) },
      200,
      NO_STORE,
    )
  })
}
