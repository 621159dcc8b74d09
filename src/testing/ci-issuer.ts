import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'

type Key = Awaited<ReturnType<typeof generateKeyPair>>['privateKey']

/** A CI system on loopback, with a discovery document, keys and jobs. */
export interface CiIssuer {
  readonly issuer: string
  /** The key that {@link CiIssuer.sign} uses. */
  readonly key: { readonly kid: string; readonly privateKey: Key; readonly publicJwk: JWK }
  /** Signs a token with the newest key. `undefined` leaves a claim out. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>
  /** Signs with a new key from now on. @param keepOld publish the earlier keys too */
  rotate(keepOld: boolean): Promise<void>
  /** Claims of the discovery document that differ from the usual ones. */
  readonly document: Record<string, unknown>
  /** Paths of the requests so far. */
  readonly seen: string[]
  /** Refuses connections until {@link up}. */
  down(): Promise<void>
  up(): Promise<void>
  close(): Promise<void>
}

export async function startCiIssuer(): Promise<CiIssuer> {
  const document: Record<string, unknown> = {}
  const seen: string[] = []
  let published: JWK[] = []
  let key = await newKey(1)
  published.push(key.publicJwk)
  let server: Server
  let port = 0
  const listen = async () => {
    server = createServer((request, response) => {
      seen.push(request.url ?? '')
      const bodies: Readonly<Record<string, unknown>> = {
        '/.well-known/openid-configuration': {
          issuer,
          jwks_uri: `${issuer}/keys`,
          response_types_supported: ['id_token'],
          ...document,
        },
        '/keys': { keys: published },
      }
      const body = bodies[request.url ?? '']
      response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify(body ?? {}))
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
  return {
    issuer,
    get key() {
      return key
    },
    sign: (claims) =>
      new SignJWT(claims as JWTPayload)
        .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT' })
        .sign(key.privateKey),
    async rotate(keepOld) {
      key = await newKey(Number(key.kid) + 1)
      published = [...(keepOld ? published : []), key.publicJwk]
    },
    document,
    seen,
    down: stop,
    up: listen,
    close: stop,
  }
}

async function newKey(number: number): Promise<CiIssuer['key']> {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const kid = String(number)
  return {
    kid,
    privateKey,
    publicJwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' },
  }
}

let tokens = 0

/**
 * Claims of a GitHub Actions job, each time with another `jti`.
 * Source: docs.github.com/actions/reference/security/oidc.
 * @param now seconds since the epoch
 */
export function githubClaims(issuer: string, audience: string, now = seconds()) {
  tokens += 1
  return {
    jti: `github-${tokens}`,
    iss: issuer,
    aud: audience,
    sub: 'repo:north/shops:environment:production',
    iat: now,
    nbf: now - 600,
    exp: now + 300,
    repository: 'north/shops',
    repository_id: '74',
    repository_owner: 'north',
    repository_owner_id: '65',
    environment: 'production',
    ref: 'refs/heads/main',
    ref_type: 'branch',
    run_id: '1654',
    run_attempt: '1',
  }
}

/**
 * Claims of a GitLab job, whose token lives as long as the job may take.
 * Source: docs.gitlab.com/ci/secrets/id_token_authentication.
 */
export function gitlabClaims(issuer: string, audience: string, now = seconds()) {
  tokens += 1
  return {
    jti: `gitlab-${tokens}`,
    iss: issuer,
    aud: audience,
    sub: 'project_path:north/shops:ref_type:branch:ref:main',
    iat: now,
    nbf: now - 5,
    exp: now + 3600,
    project_id: '22',
    project_path: 'north/shops',
    namespace_id: '72',
    namespace_path: 'north',
    pipeline_id: '5000',
    job_id: '90',
    ref: 'main',
    ref_type: 'branch',
    ref_path: 'refs/heads/main',
  }
}

function seconds(): number {
  return Math.floor(Date.now() / 1000)
}
