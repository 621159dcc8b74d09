import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Me } from '../../src/contract/access.ts'
import type { Problem } from '../../src/contract/problem.ts'
import type { ExchangedToken } from '../../src/contract/token-exchange.ts'
import { type CiIssuer, githubClaims, startCiIssuer } from '../../src/testing/ci-issuer.ts'
import { post, scratch, type ServerProcess, startServer } from '../../src/testing/server-process.ts'
import { freePort } from '../free-port.ts'

type Headers = Readonly<Record<string, string>>

/** A server that trusts a GitHub and a GitLab on loopback. */
export interface ExchangeFixture {
  /** Where clients reach the server, and the audience of tokens. */
  readonly home: string
  readonly github: CiIssuer
  readonly gitlab: CiIssuer
  readonly server: ServerProcess
  /** Starts the server again on the same data. @param edit changes storewright.yaml */
  restart(edit?: (config: string) => string): Promise<void>
  /** Headers of a client with an address of its own, so that its refused attempts lock out no other. */
  newClient(): Headers
  /** Claims of a job of GitHub with the right audience, changed. */
  job(changed?: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>
  exchange(idToken: string, client?: Headers): Promise<Response>
  /** The access token for an ID token. Fails if there is none. */
  tokenFor(idToken: string): Promise<string>
  get(path: string, token: string): Promise<Response>
  me(token: string): Promise<Me>
  close(): Promise<void>
}

export async function startExchange(): Promise<ExchangeFixture> {
  const [github, gitlab] = await Promise.all([startCiIssuer(), startCiIssuer()])
  const folder = await scratch()
  const port = await freePort()
  const home = `http://localhost:${port}`
  const config = join(folder, 'storewright.yaml')
  const bindings = `ciBindings:
  - { issuer: '${github.issuer}', repositoryId: 74, ownerId: 65, environment: production, team: default, role: operator }
  - { issuer: '${github.issuer}', repositoryId: 75, ownerId: 65, ref: refs/heads/main, team: default, role: viewer }
  - { issuer: '${github.issuer}', repositoryId: '77', ownerId: '65', anyRef: true, team: '*', role: viewer }
  - { issuer: '${gitlab.issuer}', projectId: 22, namespaceId: 72, ref: refs/heads/main, team: default, role: owner }
`
  await writeFile(join(folder, 'tokens.json'), '[]', { mode: 0o600 })
  await writeFile(config, bindings)
  const environment = {
    LISTEN_ADDR: `127.0.0.1:${port}`,
    PUBLIC_URL: home,
    CONFIG_FILE: config,
    TOKENS_FILE: join(folder, 'tokens.json'),
    RATE_LIMIT_ADDRESS: '0',
    TRUSTED_PROXIES: '127.0.0.0/8',
  }
  let server = await startServer(join(folder, 'data'), environment)
  let clients = 0
  const newClient = () => {
    clients += 1
    return { 'X-Forwarded-For': `10.1.${Math.floor(clients / 250)}.${(clients % 250) + 1}` }
  }
  const exchange = (idToken: string, client: Headers = newClient()) =>
    post(server.url, '/auth/exchange', { subject_token: idToken }, client)
  const get = (path: string, token: string) => fetch(server.url + path, { headers: bearer(token) })
  return {
    home,
    github,
    gitlab,
    get server() {
      return server
    },
    async restart(edit = (text) => text) {
      await server.end('SIGTERM')
      await writeFile(config, edit(bindings))
      server = await startServer(server.dataDir, environment)
    },
    newClient,
    job: (changed = {}) => ({ ...githubClaims(github.issuer, home), ...changed }),
    exchange,
    async tokenFor(idToken) {
      const reply = await exchange(idToken)
      expect(reply.status, await reply.clone().text()).toBe(200)
      return ((await reply.json()) as ExchangedToken).access_token
    },
    get,
    me: async (token) => (await (await get('/api/v1/me', token)).json()) as Me,
    async close() {
      await server.end('SIGKILL')
      await Promise.all([github.close(), gitlab.close()])
    },
  }
}

export function bearer(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` }
}

/** Status, code and reason of a refusal. */
export async function refused(reply: Response | Promise<Response>): Promise<readonly unknown[]> {
  const { status, code, reason } = (await (await reply).json()) as Problem & { reason?: string }
  return [status, code, reason]
}
