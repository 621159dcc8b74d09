import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { endpoints } from '../contract/endpoints.ts'
import { CommitId, DiffQuery } from '../contract/diff.ts'
import { OfTeam } from '../contract/store-query.ts'
import { storeDiff } from '../operations/store-diff.ts'
import { storeHistory } from '../operations/store-history.ts'
import { storeManifests } from '../operations/store-manifests.ts'
import type { AppDeps, AppEnv } from './env.ts'
import { at, json, NameParameter, problems, refuseInvalid } from './route.ts'
import { teamOf } from './stores.ts'

const manifests = createRoute({
  ...at('storeManifests'),
  summary: 'Every file of a store at a commit',
  request: { params: NameParameter, query: OfTeam.extend({ at: CommitId.optional() }) },
  responses: {
    200: {
      description: 'Files below the folder of the store',
      content: json(endpoints.storeManifests.reply),
    },
    ...problems('store_not_found', 'commit_not_found', 'invalid_query', 'git_unavailable'),
  },
})

const history = createRoute({
  ...at('storeHistory'),
  summary: 'Changes of a store, newest first',
  request: {
    params: NameParameter,
    query: OfTeam.extend({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: CommitId.optional(),
    }),
  },
  responses: {
    200: {
      description: 'One page; Link tells of the next',
      content: json(endpoints.storeHistory.reply),
    },
    ...problems('store_not_found', 'commit_not_found', 'invalid_query', 'git_unavailable'),
  },
})

const diff = createRoute({
  ...at('storeDiff'),
  summary: 'What changed between two commits of a store, or in one',
  request: { params: NameParameter, query: OfTeam.extend(DiffQuery.shape) },
  responses: {
    200: { description: 'Files that differ', content: json(endpoints.storeDiff.reply) },
    ...problems('store_not_found', 'commit_not_found', 'invalid_query', 'git_unavailable'),
  },
})

/** What Git says of a store: its files and its changes. */
export function historyRoutes(deps: AppDeps) {
  const routes = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })

  routes.openapi(manifests, async (c) => {
    const query = c.req.valid('query')
    const team = teamOf(query)
    const found = await storeManifests(deps, c.req.valid('param').name, {
      ...(team === undefined ? {} : { team }),
      ...(query.at === undefined ? {} : { at: query.at }),
    })
    return c.json(found, 200, { 'Cache-Control': 'no-store' })
  })

  routes.openapi(diff, async (c) => {
    const { from, to, ...query } = c.req.valid('query')
    const team = teamOf(query)
    const found = await storeDiff(deps, c.req.valid('param').name, {
      to,
      ...(team === undefined ? {} : { team }),
      ...(from === undefined ? {} : { from }),
    })
    return c.json(found, 200, { 'Cache-Control': 'no-store' })
  })

  routes.openapi(history, async (c) => {
    const query = c.req.valid('query')
    const team = teamOf(query)
    const page = await storeHistory(deps, c.req.valid('param').name, {
      limit: query.limit,
      ...(team === undefined ? {} : { team }),
      ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
    })
    if (page.next !== null) {
      const url = new URL(c.req.url)
      url.searchParams.set('cursor', page.next)
      c.header('Link', `<${url.pathname}${url.search}>; rel="next"`)
    }
    return c.json([...page.changes], 200, { 'Cache-Control': 'no-store' })
  })
  return routes
}
