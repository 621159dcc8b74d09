import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

/** A person at the provider. */
export interface TestPerson {
  name: string
  groups: readonly string[]
}

export interface TestProviderOptions {
  /** Send groups in the ID token too; by default they are only in userinfo. */
  readonly groupsInIdToken?: boolean
  /** Give a refresh token that is used up by its use. @default true */
  readonly refreshTokens?: boolean
}

/** A real OpenID Connect provider on loopback, with its own pages for login and consent. */
export interface TestProvider {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** A public client for the device flow. */
  readonly cliClientId: string
  /** By the name that they type as login; changes count from the next token on. */
  readonly people: Map<string, TestPerson>
  /** Registers the address to which people return. */
  allow(redirectUri: string): void
  /** Requests so far, as `<method> <path>`. */
  readonly seen: string[]
  /** Refuses connections until {@link up}. */
  down(): Promise<void>
  up(): Promise<void>
  close(): Promise<void>
}

export async function startProvider(options: TestProviderOptions = {}): Promise<TestProvider> {
  const { groupsInIdToken = false, refreshTokens = true } = options
  const people = new Map<string, TestPerson>()
  const seen: string[] = []
  const redirects: string[] = ['http://localhost/unused']
  const clientSecret = 'a-secret-of-the-test-provider'
  let handler: ReturnType<Provider['callback']> | null = null
  let server: Server
  let port = 0
  const listen = async () => {
    server = createServer((request, response) => {
      seen.push(`${request.method} ${(request.url ?? '').replace(/\?.*/, '')}`)
      void handler?.(request, response)
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }
  const stop = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  await listen()
  const issuer = `http://127.0.0.1:${port}`
  const client = {
    client_id: 'storewright',
    client_secret: clientSecret,
    redirect_uris: redirects,
    grant_types: ['authorization_code', 'refresh_token'],
  }
  const cli = {
    client_id: 'storewright-cli',
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    redirect_uris: [],
    response_types: [],
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
  }
  const open = () => {
    const provider = new Provider(issuer, {
      clients: [client, cli],
      cookies: { keys: ['test'] },
      claims: { openid: ['sub'], profile: ['name'], groups: ['groups'] },
      conformIdTokenClaims: !groupsInIdToken,
      features: {
        devInteractions: { enabled: true },
        revocation: { enabled: true },
        deviceFlow: { enabled: true },
      },
      issueRefreshToken: () => refreshTokens,
      rotateRefreshToken: true,
      pkce: { required: () => true },
      findAccount: (_, id) => {
        const person = people.get(id)
        if (person === undefined) return undefined
        return { accountId: id, claims: () => ({ sub: id, ...person }) }
      },
    })
    handler = provider.callback()
  }
  open()
  return {
    issuer,
    clientId: client.client_id,
    clientSecret,
    cliClientId: cli.client_id,
    people,
    seen,
    allow(redirectUri) {
      redirects.push(redirectUri)
      open()
    },
    down: stop,
    up: listen,
    close: stop,
  }
}
