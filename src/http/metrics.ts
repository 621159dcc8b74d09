import { NoQuery } from '../contract/store-query.ts'
import { EVERY_TEAM } from '../domain/access/identity.ts'
import { requireOn } from '../domain/access/visible.ts'
import type { MetricsText } from '../domain/metrics.ts'
import type { RouteDeps } from './env.ts'
import type { Router } from './router.ts'

const INPUTS = { query: NoQuery, body: 'none' } as const

/**
 * Mounts `/metrics`, unless it has a listener of its own. It counts the stores of all teams, so it
 * needs `stores:read` on all of them.
 */
export function metricsRoutes(router: Router, { scrape }: RouteDeps): void {
  if (scrape === null) return
  router.other('metrics', INPUTS, async (c) => {
    requireOn(c.get('identity'), 'stores:read', EVERY_TEAM)
    return answer(await scrape())
  })
}

/** Mounts `/metrics` on the listener of `METRICS_ADDR`, which serves everyone who can reach it. */
export function metricsApartRoutes(router: Router, scrape: () => Promise<MetricsText>): void {
  router.other('metricsApart', INPUTS, async () => answer(await scrape()))
}

function answer({ contentType, body }: MetricsText): Response {
  return new Response(body, {
    headers: { 'Content-Type': contentType, 'Cache-Control': 'no-store' },
  })
}
