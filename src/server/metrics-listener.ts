import { OpenAPIHono } from '@hono/zod-openapi'
import { StoreError } from '../domain/errors.ts'
import type { MetricsText } from '../domain/metrics.ts'
import type { Log } from '../domain/ports.ts'
import type { AppEnv } from '../http/env.ts'
import { metricsApartRoutes } from '../http/metrics.ts'
import { securityHeaders } from '../http/middleware/guard.ts'
import { requestId } from '../http/middleware/request-id.ts'
import { aliveRoute } from '../http/platform.ts'
import { answerError } from '../http/problem.ts'
import { openRouter, refuseInvalid } from '../http/router.ts'
import type { Config } from './config.ts'
import { listen, type Listener } from './listen.ts'

/**
 * The app of the listener of `METRICS_ADDR`. It serves `/metrics` and `/healthz` without credentials
 * and whatever the Host header is, because Prometheus reaches a pod by its address.
 */
export function metricsApp(
  scrape: () => Promise<MetricsText>,
  log: Log,
  newRequestId: () => string,
): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  app.onError(answerError(log))
  const router = openRouter(app)
  router.use(requestId(newRequestId, log))
  router.use(securityHeaders(false))
  metricsApartRoutes(router, scrape)
  aliveRoute(router)
  app.notFound(() => {
    throw new StoreError('route_not_found', 'no such route')
  })
  return app
}

/**
 * Listens on `METRICS_ADDR`. Empty if it is not set.
 * @throws Error if the address is in use or does not belong to this machine
 */
export async function openMetricsListener(
  { metricsAddr, trustedProxies }: Pick<Config, 'metricsAddr' | 'trustedProxies'>,
  scrape: () => Promise<MetricsText>,
  log: Log,
  newRequestId: () => string,
): Promise<readonly Listener[]> {
  if (metricsAddr === null) return []
  const app = metricsApp(scrape, log, newRequestId)
  const fetch = (request: Request, peer: string) => app.fetch(request, { peer })
  return [await listen(metricsAddr, fetch, trustedProxies)]
}
