import { endpoints } from '../contract/endpoints.ts'
import { NoQuery } from '../contract/store-query.ts'
import { getMe } from '../operations/get-me.ts'
import type { RouteDeps } from './env.ts'
import { json, operation } from './route.ts'
import type { Router } from './router.ts'

const me = operation('getMe', {
  summary: 'Read who the sender of this request is, and what they may do',
  request: { query: NoQuery },
  responses: { 200: { description: 'The identity', content: json(endpoints.getMe.reply) } },
})

/** Mounts the identity of the sender. */
export function meRoutes(router: Router, _deps: RouteDeps): void {
  router.operation(me, (c) =>
    c.json(getMe(c.get('identity')), 200, { 'Cache-Control': 'no-store' }),
  )
}
