import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { endpoints } from '../contract/endpoints.ts'
import { DryRunQuery } from '../contract/store-query.ts'
import type { Log, OperationDeps } from '../domain/ports.ts'
import { acceptRewrite } from '../operations/accept-rewrite.ts'
import { previewRepositoryWrite } from '../operations/preview-write.ts'
import { releaseDeletions } from '../operations/release-deletions.ts'
import { releaseName } from '../operations/release-name.ts'
import { CHANGE_CODES, optionsOf } from './changes.ts'
import { isDryRun, orPreview, PREVIEWED } from './dry-run.ts'
import type { AppDeps, AppEnv } from './env.ts'
import { jsonBody } from './middleware/json-body.ts'
import { requesterOf } from './requester.ts'
import { at, json, problems, refuseInvalid, WRITE_CODES } from './route.ts'

const accept = createRoute({
  ...at('acceptRewrite'),
  summary: 'Leave read-only mode: take a rewritten branch of the stores repo as the truth',
  request: {
    query: DryRunQuery,
    body: { required: true, content: json(endpoints.acceptRewrite.body) },
  },
  responses: {
    200: {
      description: `Writes go on. ${PREVIEWED}`,
      content: orPreview(endpoints.acceptRewrite.reply),
    },
    ...problems(
      'invalid_json',
      'invalid_request',
      'invalid_query',
      'unsupported_media_type',
      'body_too_large',
      'csrf_rejected',
      'conflict',
      'git_unavailable',
      'git_auth',
      'git_timeout',
    ),
  },
})

const release = createRoute({
  ...at('releaseDeletions'),
  summary: 'Let pushed deletions pass that are held because too many stores would go',
  request: {
    query: DryRunQuery,
    body: { required: true, content: json(endpoints.releaseDeletions.body) },
  },
  responses: {
    200: {
      description: `Rendered. ${PREVIEWED}`,
      content: orPreview(endpoints.releaseDeletions.reply),
    },
    ...problems(...CHANGE_CODES, 'mass_delete_brake'),
  },
})

const releaseOfName = createRoute({
  ...at('releaseName'),
  summary: 'Give a name free whose store left Git without a purge',
  request: {
    query: DryRunQuery,
    body: { required: true, content: json(endpoints.releaseName.body) },
  },
  responses: {
    200: { description: `In Git. ${PREVIEWED}`, content: orPreview(endpoints.releaseName.reply) },
    ...problems(
      'invalid_json',
      'invalid_request',
      'invalid_query',
      'status_unavailable',
      ...WRITE_CODES,
    ),
  },
})

/** What concerns the stores repo as a whole. */
export function repositoryRoutes(deps: AppDeps) {
  const routes = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  for (const { path } of [accept, release, releaseOfName]) routes.use(path, jsonBody)
  routes.openapi(accept, async (c) => {
    const body = c.req.valid('json')
    const by = requesterOf(c)
    if (isDryRun(c, c.req.valid('query'))) {
      return previewed(c, deps, (through) => acceptRewrite({ ...through, log: SILENT }, body, by))
    }
    return c.json(await acceptRewrite(deps, body, by), 200, NO_STORE)
  })
  routes.openapi(release, async (c) => {
    const body = c.req.valid('json')
    const by = requesterOf(c)
    if (isDryRun(c, c.req.valid('query'))) {
      const { newRequestId } = deps
      return previewed(c, deps, (through) =>
        releaseDeletions({ ...through, newRequestId }, body, by),
      )
    }
    return c.json(await releaseDeletions(deps, body, by), 200, NO_STORE)
  })
  routes.openapi(releaseOfName, async (c) => {
    const body = c.req.valid('json')
    const by = requesterOf(c)
    const options = await optionsOf(c, body)
    if (isDryRun(c, c.req.valid('query'))) {
      return previewed(c, deps, (through) => releaseName(through, body, by))
    }
    return c.json(await releaseName(deps, body, by, options), 200, NO_STORE)
  })
  return routes
}

async function previewed(
  c: Context<AppEnv>,
  deps: AppDeps,
  write: (through: OperationDeps) => Promise<unknown>,
) {
  const found = await previewRepositoryWrite(deps, async (through) => {
    await write(through)
    return []
  })
  return c.json(found, 200, NO_STORE)
}

const NO_STORE = { 'Cache-Control': 'no-store' } as const

/** The log line of accepting a rewrite says that it happened. */
const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} }
