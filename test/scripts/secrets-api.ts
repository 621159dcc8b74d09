import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { certificates } from '../tls.ts'

/** A Secret as the API server stores it. */
export interface Secret {
  metadata: { name: string; resourceVersion?: string; labels?: Record<string, string> }
  data: Record<string, string>
  immutable?: boolean
  type?: string
}

export interface SecretsApi {
  readonly port: number
  /** PEM of the authority that signed the server's certificate. */
  readonly authority: string
  readonly secrets: Map<string, Secret>
  /** `METHOD path status` of every request. */
  readonly requests: string[]
  /** Called before each response, to simulate a concurrent writer. */
  before: (method: string, path: string) => void
  close(): Promise<void>
}

/** Secrets that the token of `secrets-init` may access. Anything else returns 403. */
const ROLE = ['db-credentials', 'wp-admin']
export const TOKEN = 'header.payload.signature'

/**
 * The part of the Kubernetes API that creates and updates Secrets, over TLS: 201, 409
 * AlreadyExists, 409 Conflict for an old `resourceVersion`, 422 for an immutable one, 403 outside
 * the Role, 401 without the token.
 * Source: Kubernetes API reference v1.34, Secret v1 core, and API conventions, "Concurrency
 * Control".
 */
export async function secretsApi(host = 'kubernetes.default.svc'): Promise<SecretsApi> {
  const { authority, key, cert } = certificates(`DNS:${host}`)
  const api = {
    authority,
    secrets: new Map<string, Secret>(),
    requests: [] as string[],
    before: () => {},
  }
  const server = createServer({ key, cert }, (request, response) => {
    void answer(api, request).then(([status, body]) => {
      api.requests.push(`${request.method} ${request.url} ${status}`)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(api, {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  })
}

type Api = Pick<SecretsApi, 'secrets' | 'before'>

const PATH = /^\/api\/v1\/namespaces\/store-acme\/secrets(?:\/([a-z-]+))?$/

async function answer(api: Api, request: IncomingMessage): Promise<[number, unknown]> {
  const body = await text(request)
  const { method = '', url = '' } = request
  api.before(method, url)
  if (request.headers.authorization !== `Bearer ${TOKEN}`) return status(401, 'Unauthorized')
  const match = PATH.exec(url)
  if (match === null) return status(404, 'NotFound')
  const [, name] = match
  if (name === undefined) return method === 'POST' ? create(api, body) : status(403, 'Forbidden')
  if (!ROLE.includes(name) || !['GET', 'PUT'].includes(method)) return status(403, 'Forbidden')
  const found = api.secrets.get(name)
  if (found === undefined) return status(404, 'NotFound')
  return method === 'GET' ? [200, found] : replace(api, name, found, JSON.parse(body) as Secret)
}

function create(api: Api, body: string): [number, unknown] {
  const given = JSON.parse(body) as Secret & { stringData?: Record<string, string>; kind?: string }
  if (given.kind !== 'Secret') return status(400, 'BadRequest')
  const { name } = given.metadata
  if (api.secrets.has(name)) return status(409, 'AlreadyExists')
  const data = Object.fromEntries(
    Object.entries(given.stringData ?? {}).map(([key, value]) => [
      key,
      Buffer.from(value).toString('base64'),
    ]),
  )
  const { stringData: _, ...rest } = given
  const made = { ...rest, data, metadata: { ...given.metadata, resourceVersion: '1' } }
  api.secrets.set(name, made)
  return [201, made]
}

function replace(api: Api, name: string, found: Secret, given: Secret): [number, unknown] {
  const version = found.metadata.resourceVersion ?? ''
  if (given.metadata.resourceVersion !== version) return status(409, 'Conflict')
  if (found.immutable === true) return status(422, 'Invalid')
  const next = { ...given.metadata, resourceVersion: String(Number(version) + 1) }
  api.secrets.set(name, { ...given, metadata: next })
  return [200, api.secrets.get(name)]
}

function status(code: number, reason: string): [number, unknown] {
  return [code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code }]
}
