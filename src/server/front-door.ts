import { OpenAPIHono } from '@hono/zod-openapi'
import { StoreError } from '../domain/errors.ts'
import type { Metrics } from '../domain/metrics.ts'
import type { Log } from '../domain/ports.ts'
import type { Tracing } from '../domain/tracing.ts'
import type { AppEnv } from '../http/env.ts'
import { knownHost, securityHeaders } from '../http/middleware/guard.ts'
import { measure } from '../http/middleware/measure.ts'
import { requestId } from '../http/middleware/request-id.ts'
import { traceRequest } from '../http/middleware/trace.ts'
import { answerError } from '../http/problem.ts'
import { openRouter, refuseInvalid } from '../http/router.ts'
import { isSecure } from './config-checks.ts'
import type { Config } from './config.ts'
import { listen, type Listener } from './listen.ts'
import { openTls } from './tls-files.ts'

type Fetch = (request: Request, peer: string) => Response | Promise<Response>

/** The main listener. It responds before the app is ready and while it shuts down. */
export interface FrontDoor {
  readonly listener: Listener
  /** Passes every later request to `fetch`. */
  open(fetch: Fetch): void
  /** Answers every later request with 503 `shutting_down`. Requests in progress continue. */
  drain(): void
}

/**
 * Listens and returns 503 `not_ready` until the app opens, because loading an index of thousands of
 * stores takes seconds and a refused connection tells a probe nothing. `/healthz` always returns
 * 200.
 * @throws Error if the address is in use or does not belong to this machine, or the certificate
 * cannot be used
 */
export async function openFrontDoor(
  config: Pick<
    Config,
    'listenAddr' | 'publicHost' | 'publicUrl' | 'trustedProxies' | 'tlsCertFile' | 'tlsKeyFile'
  >,
  log: Log,
  newRequestId: () => string,
  metrics: Metrics,
  tracing: Tracing,
): Promise<FrontDoor> {
  const closed = (code: 'not_ready' | 'shutting_down', message: string): Fetch => {
    const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
    app.onError(answerError(log))
    const router = openRouter(app)
    router.use(measure(metrics))
    router.use(requestId(newRequestId, log))
    router.use(traceRequest(tracing))
    router.use(securityHeaders(isSecure(config)))
    router.use(knownHost(config.publicHost))
    router.use(async (c) => {
      if (c.req.path === '/healthz') return c.json({ status: 'alive' as const })
      // A keep-alive connection would keep the listener open.
      if (code === 'shutting_down') c.header('Connection', 'close')
      throw new StoreError(code, message)
    })
    return (request) => app.fetch(request)
  }
  let answer = closed('not_ready', 'the server is starting')
  const { listenAddr, trustedProxies } = config
  const answering: Fetch = (request, peer) => answer(request, peer)
  const tls = await openTls(config, log)
  const listener = await listen(listenAddr, answering, trustedProxies, tls)
  return {
    listener,
    open: (fetch) => (answer = fetch),
    drain: () => (answer = closed('shutting_down', 'the server is stopping; nothing was written')),
  }
}
