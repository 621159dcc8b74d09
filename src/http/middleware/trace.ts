import type { MiddlewareHandler } from 'hono'
import { compact } from '../../domain/compact.ts'
import type { Tracing } from '../../domain/tracing.ts'
import type { AppEnv } from '../env.ts'
import { methodOf, NO_ROUTE, routeOf } from './measure.ts'

/**
 * Traces each request until the headers of its response. It needs the request id, so it follows
 * `requestId`. Only a server error marks the span as failed.
 */
export function traceRequest(tracing: Tracing): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const span = tracing.request({
      requestId: c.get('requestId'),
      method: methodOf(c.req.method),
      traceparent: c.req.header('traceparent'),
      tracestate: c.req.header('tracestate'),
    })
    if (span.ids !== null) c.set('trace', span.ids)
    await span.run(next)
    const { status } = c.res
    const route = routeOf(c.req.routePath)
    const code = c.get('code')
    span.end({
      ...(route === NO_ROUTE ? {} : { 'http.route': route }),
      'http.response.status_code': status,
      ...compact({
        'storewright.code': code,
        'error.type': status >= 500 ? (code ?? String(status)) : undefined,
      }),
    })
  }
}
