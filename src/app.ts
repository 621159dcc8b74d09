import { OpenAPIHono } from '@hono/zod-openapi'
import { VERSION } from './contract/version.ts'
import { StoreError } from './domain/errors.ts'
import { auditRoutes } from './http/audit.ts'
import { checkRoutes } from './http/checks.ts'
import { changeRoutes } from './http/changes.ts'
import { dashboardRoutes } from './http/dashboard.ts'
import { detailRoutes } from './http/detail.ts'
import { docsPage } from './http/docs.ts'
import type { AppDeps, AppEnv } from './http/env.ts'
import { gitRoutes } from './http/git.ts'
import { historyRoutes } from './http/history.ts'
import { auditLog } from './http/middleware/audit-log.ts'
import { loopbackHost, sameOrigin, securityHeaders } from './http/middleware/guard.ts'
import { limitBody } from './http/middleware/json-body.ts'
import { requestId } from './http/middleware/request-id.ts'
import { operationRoutes } from './http/operations.ts'
import { platformRoutes } from './http/platform.ts'
import { answerError } from './http/problem.ts'
import { repositoryRoutes } from './http/repository.ts'
import { revertRoutes } from './http/revert.ts'
import { refuseInvalid } from './http/route.ts'
import { storeRoutes } from './http/stores.ts'
import { streamRoutes } from './http/stream.ts'
import { summaryRoutes } from './http/summary.ts'

/** The whole HTTP surface: middleware in order, routes, one problem for every error. */
export function createApp(deps: AppDeps): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  app.onError(answerError(deps.log))
  app.use(requestId(deps.newRequestId, deps.log))
  app.use(auditLog(deps.log))
  app.use(securityHeaders)
  if (deps.loopbackOnly) app.use(loopbackHost)
  app.route('/', gitRoutes(deps.packServer))
  app.use(sameOrigin)
  app.use('/api/*', limitBody)
  app.route('/', storeRoutes(deps))
  app.route('/', changeRoutes(deps))
  app.route('/', revertRoutes(deps))
  app.route('/', operationRoutes(deps))
  app.route('/', auditRoutes(deps))
  app.route('/', summaryRoutes(deps))
  app.route('/', historyRoutes(deps))
  app.route('/', detailRoutes(deps))
  app.route('/', streamRoutes(deps))
  app.route('/', checkRoutes(deps))
  app.route('/', platformRoutes(deps))
  app.route('/', repositoryRoutes(deps))
  addDocument(app)
  app.route('/', dashboardRoutes(deps.dashboard))
  app.notFound((c) => {
    const allowed = methodsOf(app, c.req.path)
    if (allowed.length === 0) throw new StoreError('route_not_found', 'no such route')
    c.header('Allow', allowed.join(', '))
    throw new StoreError('method_not_allowed', `${c.req.method} is not possible here`)
  })
  return app
}

/** The OpenAPI 3.1 document of an app; the same whatever it was given. */
export function openApiDocument(app: OpenAPIHono<AppEnv>) {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Storewright API',
      version: VERSION,
      description: 'A request for an online shop becomes manifests in Git that Argo CD syncs.',
      license: { name: 'Apache-2.0' },
    },
  })
}

function addDocument(app: OpenAPIHono<AppEnv>): void {
  app.get('/openapi.json', (c) => c.json(openApiDocument(app)))
  app.get('/docs', (c) => c.html(docsPage(openApiDocument(app).paths ?? {})))
}

/** Methods with which `path` is known: Hono itself answers 404 for a known path with another method. */
function methodsOf(app: OpenAPIHono<AppEnv>, path: string): string[] {
  const methods = app.routes
    .filter(
      ({ method, path: pattern }) =>
        method !== 'ALL' && !pattern.includes('*') && matches(pattern, path),
    )
    .map(({ method }) => method)
  return [...new Set(methods)].toSorted()
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const given = path.split('/')
  return (
    wanted.length === given.length &&
    wanted.every((part, at) => (part.startsWith(':') ? given[at] !== '' : part === given[at]))
  )
}
