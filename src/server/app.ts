import { OpenAPIHono } from '@hono/zod-openapi'
import { NoQuery } from '../contract/store-query.ts'
import { VERSION } from '../contract/version.ts'
import { visibleTo } from '../domain/access/visible.ts'
import { StoreError } from '../domain/errors.ts'
import { auditRoutes } from '../http/audit.ts'
import { changeRoutes } from '../http/changes.ts'
import { checkRoutes } from '../http/checks.ts'
import { dashboardRoutes } from '../http/dashboard.ts'
import { detailRoutes } from '../http/detail.ts'
import { docsPage } from '../http/docs.ts'
import type { AppDeps, AppEnv, RouteDeps } from '../http/env.ts'
import { exchangeRoutes } from '../http/exchange.ts'
import { gitRoutes } from '../http/git.ts'
import { historyRoutes } from '../http/history.ts'
import { legacyRoutes } from '../http/legacy-api/routes.ts'
import { meRoutes } from '../http/me.ts'
import { metricsRoutes } from '../http/metrics.ts'
import { auditLog } from '../http/middleware/audit-log.ts'
import { crossOrigin } from '../http/middleware/cross-origin.ts'
import { knownHost, sameOrigin, securityHeaders } from '../http/middleware/guard.ts'
import { identify } from '../http/middleware/identity.ts'
import { measure } from '../http/middleware/measure.ts'
import { limitAddress } from '../http/middleware/rate-limit.ts'
import { requestId } from '../http/middleware/request-id.ts'
import { traceRequest } from '../http/middleware/trace.ts'
import { operationRoutes } from '../http/operations.ts'
import { platformRoutes } from '../http/platform.ts'
import { problemPage } from '../http/problem-pages.ts'
import { answerError } from '../http/problem.ts'
import { describeDocument } from '../http/reference.ts'
import { repositoryRoutes } from '../http/repository.ts'
import { revertRoutes } from '../http/revert.ts'
import { openRouter, refuseInvalid, type Router } from '../http/router.ts'
import { signInRoutes } from '../http/sign-in.ts'
import { storeRoutes } from '../http/stores.ts'
import { streamRoutes } from '../http/stream.ts'
import { summaryRoutes } from '../http/summary.ts'

/**
 * Builds the HTTP application: middleware in order, then the routes. Every error becomes one
 * problem document.
 */
export function createApp(deps: AppDeps): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  app.onError(answerError(deps.log))
  const router = openRouter(app, deps.limits)
  router.use(measure(deps.metrics))
  router.use(requestId(deps.newRequestId, deps.log))
  router.use(traceRequest(deps.tracing))
  router.use(auditLog(deps.log))
  router.use(securityHeaders(deps.isSecure))
  router.use(crossOrigin(deps.corsOrigins))
  router.use(limitAddress(deps.limits))
  router.use(identify(deps.access, deps.isSecure))
  router.use(knownHost(deps.publicHost))
  const routeDeps = routeDepsOf(deps)
  gitRoutes(router, routeDeps)
  router.use(sameOrigin(deps.corsOrigins))
  for (const routes of [
    storeRoutes,
    changeRoutes,
    revertRoutes,
    operationRoutes,
    auditRoutes,
    summaryRoutes,
    historyRoutes,
    detailRoutes,
    streamRoutes,
    checkRoutes,
    platformRoutes,
    meRoutes,
    signInRoutes,
    exchangeRoutes,
    repositoryRoutes,
    legacyRoutes,
    metricsRoutes,
  ]) {
    routes(router, routeDeps)
  }
  addDocument(router, app)
  dashboardRoutes(router, deps.dashboard)
  app.notFound((c) => {
    const allowed = router.methodsOf(c.req.path)
    if (allowed.length === 0) throw new StoreError('route_not_found', 'no such route')
    c.header('Allow', allowed.join(', '))
    throw new StoreError('method_not_allowed', `${c.req.method} is not possible here`)
  })
  return app
}

/** Routes do not get the stores repo itself, so none of them can show a foreign store. */
function routeDepsOf(deps: AppDeps): RouteDeps {
  const { repo, views: _, applications: __, ...others } = deps
  return {
    ...others,
    view: (identity, scope) => visibleTo(deps, identity, scope),
    writesBlockedBy: () => repo.state().blockedBy,
    look: () => repo.look(),
  }
}

/**
 * Returns the OpenAPI 3.1 document of an app. It depends on the routes only, not on the app's
 * dependencies.
 */
export function openApiDocument(app: OpenAPIHono<AppEnv>) {
  const generated = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Storewright API',
      version: VERSION,
      description: 'A request for an online shop becomes manifests in Git that Argo CD syncs.',
      license: { name: 'Apache-2.0' },
    },
  })
  return describeDocument(generated)
}

function addDocument(router: Router, app: OpenAPIHono<AppEnv>): void {
  const inputs = { query: NoQuery, body: 'none' } as const
  router.other('document', inputs, (c) => c.json(openApiDocument(app)))
  router.other('problemPage', inputs, (c) => {
    const page = problemPage(c.req.param('name') ?? '')
    if (page === null) throw new StoreError('route_not_found', 'there is no page of this name')
    return c.html(page)
  })
  router.other('docs', inputs, (c) => c.html(docsPage(openApiDocument(app).paths ?? {})))
}
