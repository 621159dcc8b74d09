import { OpenAPIHono, type RouteHandler, z } from '@hono/zod-openapi'
import type { Env, Handler, Hono, MiddlewareHandler } from 'hono'
import type { RouterRoute } from 'hono/types'
import { type OtherRouteId, otherPaths, paths } from '../contract/paths.ts'
import { problemDetails } from '../contract/problem.ts'
import type { RateLimits } from '../domain/access/rate-limits.ts'
import { StoreError } from '../domain/errors.ts'
import type { AppEnv } from './env.ts'
import { allow } from './middleware/identity.ts'
import { jsonBody, limitBody, noBody } from './middleware/json-body.ts'
import { isCounted, rateLimit } from './middleware/rate-limit.ts'
import { maxBodyBytes, type Operation, requireStrict } from './route.ts'

/** Input checks of a route that is not an operation. `own` leaves the check to the handler. */
export interface OwnInputs {
  readonly query: z.ZodObject | 'own'
  readonly body: 'none' | 'own'
}

/**
 * The only way to mount a route on the app. {@link mountedBeside} finds routes mounted otherwise.
 */
export interface Router {
  /** Applies middleware to everything mounted later. */
  use(handler: MiddlewareHandler<AppEnv>): void
  /** Mounts an operation of openapi.json. */
  operation<R extends Operation>(route: R, handler: RouteHandler<R, AppEnv>): void
  /** Mounts any other route, by its row of `contract/paths.ts`. */
  other(id: OtherRouteId, inputs: OwnInputs, handler: Handler<AppEnv>): void
  /** Methods of a known path. Hono itself returns 404 for a known path with another method. */
  methodsOf(path: string): readonly string[]
}

const registered = new WeakMap<object, Set<RouterRoute>>()

/**
 * Opens the router of an app. Requests are checked for method, permission, rate, size, media type,
 * body and query, in this order.
 * @param limits `null`: operations are not counted
 */
export function openRouter(app: OpenAPIHono<AppEnv>, limits: RateLimits | null = null): Router {
  const known: { readonly method: string; readonly path: string }[] = []
  const mount = noting(app)
  return {
    use: (handler) => mount(() => app.use(handler)),
    operation(route, handler) {
      const { operationId, method, path } = route
      known.push({ method: method.toUpperCase(), path })
      const limit = limitBody(maxBodyBytes(operationId))
      const checked = route.request?.body === undefined ? noBody : jsonBody
      const counted =
        limits === null || !isCounted(operationId) ? [] : [rateLimit(limits, operationId)]
      const middleware = [allow(paths[operationId][2]), ...counted, limit, checked]
      mount(() => app.openapi({ ...route, middleware } as Operation, handler as never))
    },
    other(id, inputs, handler) {
      const [method, path, permission] = otherPaths[id]
      if (method !== 'all' && path !== '/*') known.push({ method: method.toUpperCase(), path })
      mount(() =>
        app.on(
          method.toUpperCase(),
          [path.replaceAll(/\{(\w+)\}/g, ':$1')],
          allow(permission),
          ...checksOf(id, inputs),
          handler,
        ),
      )
    },
    methodsOf(path) {
      const methods = known.filter((each) => matches(each.path, path)).map(({ method }) => method)
      return [...new Set(methods)].toSorted()
    },
  }
}

/** Returns routes and middleware that were not mounted by the router. Must be empty. */
export function mountedBeside<E extends Env>(app: Hono<E>): readonly RouterRoute[] {
  const known = registered.get(app)
  return app.routes.filter((route) => known?.has(route) !== true)
}

/** Called by zod-openapi if parameters or a body do not match their schema. */
export function refuseInvalid(
  result: { success: true } | { success: false; error: z.ZodError; target: string },
): void {
  if (result.success) return
  const inBody = result.target === 'json'
  throw new StoreError(
    inBody ? 'invalid_request' : 'invalid_query',
    inBody ? 'the body does not fit the schema' : 'a parameter does not fit the schema',
    { errors: problemDetails(result.error) },
  )
}

/** Records the routes that a step adds to `app`. */
function noting<E extends Env>(app: Hono<E>) {
  const mine = new Set<RouterRoute>()
  registered.set(app, mine)
  return (step: () => unknown) => {
    const before = app.routes.length
    step()
    for (const route of app.routes.slice(before)) mine.add(route)
  }
}

function checksOf(id: string, { query, body }: OwnInputs): MiddlewareHandler<AppEnv>[] {
  if (query !== 'own') requireStrict(id, query)
  return [...(body === 'own' ? [] : [noBody]), ...(query === 'own' ? [] : [fitting(query)])]
}

function fitting(query: z.ZodObject): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const { success, error } = query.safeParse(c.req.query())
    if (!success) refuseInvalid({ success, error, target: 'query' })
    await next()
  }
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const given = path.split('/')
  return (
    wanted.length === given.length &&
    wanted.every((part, at) => (part.startsWith('{') ? given[at] !== '' : part === given[at]))
  )
}
