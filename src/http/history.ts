import { z } from '@hono/zod-openapi'
import { CommitId, DiffQuery } from '../contract/diff.ts'
import { endpoints } from '../contract/endpoints.ts'
import { OfTeam } from '../contract/store-query.ts'
import { compact } from '../domain/compact.ts'
import { storeDiff } from '../operations/store-diff.ts'
import { storeHistory } from '../operations/store-history.ts'
import { storeManifests } from '../operations/store-manifests.ts'
import type { RouteDeps } from './env.ts'
import { json, NameParameter, operation } from './route.ts'
import type { Router } from './router.ts'
import { teamOf } from './store-request.ts'
import { viewOf } from './view.ts'

const manifests = operation('storeManifests', {
  summary: 'Read every file of a store at a commit',
  request: { params: NameParameter, query: OfTeam.extend({ at: CommitId.optional() }) },
  responses: {
    200: {
      description: 'Files below the folder of the store',
      content: json(endpoints.storeManifests.reply),
    },
  },
  codes: ['store_not_found', 'commit_not_found', 'git_unavailable'],
})

const history = operation('storeHistory', {
  summary: 'List the changes of a store, newest first',
  request: {
    params: NameParameter,
    query: OfTeam.extend({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: CommitId.optional(),
    }),
  },
  responses: {
    200: {
      description: 'One page; the Link header names the next',
      content: json(endpoints.storeHistory.reply),
    },
  },
  codes: ['store_not_found', 'commit_not_found', 'git_unavailable'],
})

const diff = operation('storeDiff', {
  summary: 'Compare two commits of a store, or one commit with its predecessor',
  request: { params: NameParameter, query: OfTeam.extend(DiffQuery.shape) },
  responses: {
    200: { description: 'Files that differ', content: json(endpoints.storeDiff.reply) },
  },
  codes: ['store_not_found', 'commit_not_found', 'git_unavailable'],
})

/** Mounts the reads of a store's files and changes from Git. */
export function historyRoutes(router: Router, deps: RouteDeps): void {
  router.operation(manifests, async (c) => {
    const query = c.req.valid('query')
    const team = teamOf(query)
    const found = await storeManifests(viewOf(c, deps), c.req.valid('param').name, {
      ...compact({ team, at: query.at }),
    })
    return c.json(found, 200, { 'Cache-Control': 'no-store' })
  })

  router.operation(diff, async (c) => {
    const { from, to, ...query } = c.req.valid('query')
    const team = teamOf(query)
    const found = await storeDiff(viewOf(c, deps), c.req.valid('param').name, {
      to,
      ...compact({ team, from }),
    })
    return c.json(found, 200, { 'Cache-Control': 'no-store' })
  })

  router.operation(history, async (c) => {
    const query = c.req.valid('query')
    const team = teamOf(query)
    const page = await storeHistory(viewOf(c, deps), c.req.valid('param').name, {
      limit: query.limit,
      ...compact({ team, cursor: query.cursor }),
    })
    if (page.next !== null) {
      const url = new URL(c.req.url)
      url.searchParams.set('cursor', page.next)
      c.header('Link', `<${url.pathname}${url.search}>; rel="next"`)
    }
    return c.json([...page.changes], 200, { 'Cache-Control': 'no-store' })
  })
}
