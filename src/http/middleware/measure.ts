import type { MiddlewareHandler } from 'hono'
import type { Metrics } from '../../domain/metrics.ts'
import type { AppEnv } from '../env.ts'

/** Any other method is `_OTHER`. Source: OpenTelemetry semantic conventions, http.request.method. */
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** The route of a request that no route answered. */
export const NO_ROUTE = '/*'

/** The method if it is a known one, otherwise `_OTHER`. */
export function methodOf(method: string): string {
  return METHODS.includes(method) ? method : '_OTHER'
}

/** The pattern of a route as openapi.json has it, such as `/api/v1/stores/{name}`. */
export function routeOf(routePath: string): string {
  return routePath.replaceAll(/\/:(\w+)/g, '/{$1}')
}

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
      http_request_method: methodOf(c.req.method),
      http_route: routeOf(c.req.routePath),
      http_response_status_code: String(c.res.status),
    }
    metrics.observe(
      'http_server_request_duration_seconds',
      labels,
      (performance.now() - began) / 1000,
    )
  }
}
