import type { Context } from 'hono'
import { endpoints } from '../contract/endpoints.ts'
import { DryRunQuery } from '../contract/store-query.ts'
import type { Log, OperationDeps } from '../domain/ports.ts'
import { acceptRewrite } from '../operations/accept-rewrite.ts'
import { previewRepositoryWrite } from '../operations/changing/preview-write.ts'
import { releaseDeletions } from '../operations/release-deletions.ts'
import { releaseName } from '../operations/release-name.ts'
import { isDryRun, orPreview, PREVIEWED } from './dry-run.ts'
import type { RouteDeps, AppEnv } from './env.ts'
import { requesterOf } from './requester.ts'
import { bodyOf, CHANGE_CODES, operation, WRITE_CODES } from './route.ts'
import type { Router } from './router.ts'
import { optionsOf } from './store-request.ts'
import { viewOf } from './view.ts'

const accept = operation('acceptRewrite', {
  summary: 'Accept a rewritten branch of the stores repo and leave read-only mode',
  request: {
    query: DryRunQuery,
    body: bodyOf('acceptRewrite'),
  },
  responses: {
    200: {
      description: `Writes are accepted again. ${PREVIEWED}`,
      content: orPreview(endpoints.acceptRewrite.reply),
    },
  },
  codes: ['conflict', 'git_unavailable', 'git_auth', 'git_timeout'],
})

const release = operation('releaseDeletions', {
  summary: 'Release deletions that are held because too many were pushed or the clocks disagree',
  request: {
    query: DryRunQuery,
    body: bodyOf('releaseDeletions'),
  },
  responses: {
    200: {
      description: `Rendered. ${PREVIEWED}`,
      content: orPreview(endpoints.releaseDeletions.reply),
    },
  },
  codes: [...CHANGE_CODES, 'mass_delete_brake'],
})

const releaseOfName = operation('releaseName', {
  summary: 'Release the name of a store whose folder disappeared without a purge',
  request: {
    query: DryRunQuery,
    body: bodyOf('releaseName'),
  },
  responses: {
    200: {
      description: `Committed. ${PREVIEWED}`,
      content: orPreview(endpoints.releaseName.reply),
    },
  },
  codes: ['status_unavailable', ...WRITE_CODES],
})

/** Mounts the operations on the stores repo as a whole. */
export function repositoryRoutes(router: Router, deps: RouteDeps): void {
  router.operation(accept, async (c) => {
    const body = c.req.valid('json')
    const by = requesterOf(c)
    if (isDryRun(c, c.req.valid('query'))) {
      return previewed(c, deps, (through) => acceptRewrite({ ...through, log: SILENT }, body, by))
    }
    return c.json(
      await acceptRewrite({ ...viewOf(c, deps), log: deps.log }, body, by),
      200,
      NO_STORE,
    )
  })
  router.operation(release, async (c) => {
    const body = c.req.valid('json')
    const by = requesterOf(c)
    if (isDryRun(c, c.req.valid('query'))) {
      const { newRequestId } = deps
      return previewed(c, deps, (through) =>
        releaseDeletions({ ...through, newRequestId }, body, by),
      )
    }
    return c.json(
      await releaseDeletions({ ...viewOf(c, deps), newRequestId: deps.newRequestId }, body, by),
      200,
      NO_STORE,
    )
  })
  router.operation(releaseOfName, async (c) => {
    const body = c.req.valid('json')
    const by = requesterOf(c)
    const options = await optionsOf(c, body)
    if (isDryRun(c, c.req.valid('query'))) {
      return previewed(c, deps, (through) => releaseName(through, body, by))
    }
    return c.json(await releaseName(viewOf(c, deps), body, by, options), 200, NO_STORE)
  })
}

async function previewed(
  c: Context<AppEnv>,
  deps: RouteDeps,
  write: (through: OperationDeps) => Promise<unknown>,
) {
  const found = await previewRepositoryWrite(viewOf(c, deps), async (through) => {
    await write(through)
    return []
  })
  return c.json(found, 200, NO_STORE)
}

const NO_STORE = { 'Cache-Control': 'no-store' } as const

/** Suppresses the log line that reports an accepted rewrite. */
const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} }
