import { z } from '@hono/zod-openapi'
import { endpoints } from '../contract/endpoints.ts'
import { NoQuery } from '../contract/store-query.ts'
import { StoreError } from '../domain/errors.ts'
import { getMe } from '../operations/get-me.ts'
import type { RouteDeps } from './env.ts'
import { subjectOf } from './requester.ts'
import { json, operation } from './route.ts'
import type { Router } from './router.ts'

const me = operation('getMe', {
  summary: 'Read who the sender of this request is, and what they may do',
  request: { query: NoQuery },
  responses: { 200: { description: 'The identity', content: json(endpoints.getMe.reply) } },
})

const config = operation('getConfig', {
  summary: 'Read the effective settings of this server, with the source of each value',
  request: { query: NoQuery },
  responses: {
    200: { description: 'Secrets are masked', content: json(endpoints.getConfig.reply) },
  },
})

const tokens = operation('listTokens', {
  summary: 'List the tokens of this server, without the tokens themselves',
  request: { query: NoQuery },
  responses: { 200: { description: 'Sorted by id', content: json(endpoints.listTokens.reply) } },
})

const revoke = operation('revokeToken', {
  summary: 'Refuse a token from now on',
  request: { query: NoQuery, params: z.object({ id: z.string().max(200) }) },
  responses: { 204: { description: 'Refused by this server, also after a restart' } },
  codes: ['token_not_found'],
})

const NO_STORE = { 'Cache-Control': 'no-store' } as const

/** Mounts the identity of the sender, and what an admin sees of access and settings. */
export function meRoutes(router: Router, { access, settings, log }: RouteDeps): void {
  router.operation(me, (c) => c.json(getMe(c.get('identity')), 200, NO_STORE))
  router.operation(config, (c) => c.json([...settings], 200, NO_STORE))
  router.operation(revoke, async (c) => {
    const { id } = c.req.valid('param')
    if (!(await access.revoke(id))) throw new StoreError('token_not_found', 'token not found')
    log.info('a token was revoked', {
      req_id: c.get('requestId'),
      subject: subjectOf(c),
      detail: id,
    })
    return c.body(null, 204, NO_STORE)
  })
  router.operation(tokens, (c) => c.json([...access.tokens()], 200, NO_STORE))
}
