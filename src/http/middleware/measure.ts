import type { MiddlewareHandler } from 'hono'
import type { Metrics } from '../../domain/metrics.ts'
import type { AppEnv } from '../env.ts'

/** Any other method is `_OTHER`. Source: OpenTelemetry semantic conventions, http.request.method. */
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/**
 * Observes the duration of each request by method, route and status. The route is a pattern such as
 * `/api/v1/stores/{name}`, never the path. A path without a route, and a request refused before its
 * route, have `/*`.
 */
export function measure(metrics: Metrics): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const began = performance.now()
    await next()
    const labels = {
      http_request_method: METHODS.includes(c.req.method) ? c.req.method : '_OTHER',
      http_route: c.req.routePath.replaceAll(/\/:(\w+)/g, '/{$1}'),
      http_response_status_code: String(c.res.status),
    }
    metrics.observe(
      'http_server_request_duration_seconds',
      labels,
      (performance.now() - began) / 1000,
    )
  }
}
