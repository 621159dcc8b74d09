import { endpoints } from '../contract/endpoints.ts'
import { NoQuery } from '../contract/store-query.ts'
import { StoreError } from '../domain/errors.ts'
import type { AppEnv, RouteDeps } from './env.ts'
import { bodyOf, json, operation } from './route.ts'
import type { Router } from './router.ts'

const NO_STORE = { 'Cache-Control': 'no-store' } as const

const exchange = operation('exchangeToken', {
  summary: 'Exchange the ID token of a CI job or a person for an access token',
  request: { query: NoQuery, body: bodyOf('exchangeToken') },
  responses: {
    200: {
      description: 'The access token. Send it as Bearer',
      content: json(endpoints.exchangeToken.reply),
    },
  },
  codes: ['exchange_refused', 'issuer_unavailable', 'too_many_attempts', 'route_not_found'],
})

const cliSignIn = operation('getCliSignIn', {
  summary: 'Read where people sign in on the command line',
  request: { query: NoQuery },
  responses: {
    200: { description: 'Issuer and client', content: json(endpoints.getCliSignIn.reply) },
  },
  codes: ['route_not_found'],
})

/** Mounts the exchange of ID tokens (RFC 8693, as JSON). */
export function exchangeRoutes(router: Router, { access }: RouteDeps): void {
  router.operation(cliSignIn, (c) => {
    if (access.cliSignIn !== null) return c.json(access.cliSignIn, 200, NO_STORE)
    throw new StoreError('route_not_found', 'this server has no sign-in for the command line', {
      hint: 'Ask an admin for a token, or to set OIDC_CLI_CLIENT_ID.',
    })
  })
  router.operation(exchange, async (c) => {
    if (access.exchange === null) {
      throw new StoreError('route_not_found', 'this server exchanges no tokens', {
        hint: 'Add ciBindings to storewright.yaml, or set OIDC_CLI_CLIENT_ID (docs/access.md).',
      })
    }
    const { peer = '' } = (c.env ?? {}) as Partial<AppEnv['Bindings']>
    const found = await access.exchange.exchange(c.req.valid('json').subject_token, peer)
    if (found instanceof StoreError) throw found
    return c.json(found, 200, NO_STORE)
  })
}
