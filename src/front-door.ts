import { OpenAPIHono } from '@hono/zod-openapi'
import type { Config } from './config.ts'
import { StoreError } from './domain/errors.ts'
import type { Log } from './domain/ports.ts'
import type { AppEnv } from './http/env.ts'
import { loopbackHost, securityHeaders } from './http/middleware/guard.ts'
import { requestId } from './http/middleware/request-id.ts'
import { answerError } from './http/problem.ts'
import { openRouter, refuseInvalid } from './http/router.ts'
import { listen, type Listener } from './listen.ts'

type Fetch = (request: Request, peer: string) => Response | Promise<Response>

/** The main listener. It answers before the app can, and while the app ends. */
export interface FrontDoor {
  readonly listener: Listener
  /** Passes every later request to `fetch`. */
  open(fetch: Fetch): void
  /** Answers every later request with 503 `shutting_down`. Requests under way are not touched. */
  drain(): void
}

/**
 * Listens, and answers 503 `not_ready` until the app opens: an index of thousands of stores takes seconds to load, and a
 * probe that is refused tells nothing. `/healthz` is 200 all the time.
 * @throws Error the address is in use or not ours
 */
export async function openFrontDoor(
  config: Pick<Config, 'listenAddr' | 'loopbackOnly'>,
  log: Log,
  newRequestId: () => string,
): Promise<FrontDoor> {
  const closed = (code: 'not_ready' | 'shutting_down', message: string): Fetch => {
    const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
    app.onError(answerError(log))
    const router = openRouter(app)
    router.use(requestId(newRequestId, log))
    router.use(securityHeaders)
    if (config.loopbackOnly) router.use(loopbackHost)
    router.use(async (c) => {
      if (c.req.path === '/healthz') return c.json({ status: 'alive' as const })
      // A kept connection would hold the listener open.
      if (code === 'shutting_down') c.header('Connection', 'close')
      throw new StoreError(code, message)
    })
    return (request) => app.fetch(request)
  }
  let answer = closed('not_ready', 'the server is starting')
  const listener = await listen(config.listenAddr, (request, peer) => answer(request, peer))
  return {
    listener,
    open: (fetch) => (answer = fetch),
    drain: () => (answer = closed('shutting_down', 'the server is stopping; nothing was written')),
  }
}
