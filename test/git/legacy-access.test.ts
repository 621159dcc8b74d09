import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LegacyAuditEntry, LegacyMetrics, LegacyStore } from '../../src/contract/legacy.ts'
import type { PlatformView } from '../../src/contract/platform.ts'
import type { Problem } from '../../src/contract/problem.ts'
import type { Role } from '../../src/contract/words.ts'
import { scopesOf } from '../../src/domain/access/identity.ts'
import {
  git,
  post,
  scratch,
  type ServerProcess,
  startServer,
} from '../../src/testing/server-process.ts'

const SINCE = '@1795219200'

let server: ServerProcess

describe('the earlier API with tokens', () => {
  const tokens: Record<string, string> = {}
  const as = (id: string) => ({ Authorization: `Bearer ${tokens[id]}` })
  const readAs = async <T>(id: string, path: string) =>
    (await (await fetch(server.url + path, { headers: as(id) })).json()) as T

  beforeAll(async () => {
    const rows = (['admin', 'owner', 'operator', 'viewer', 'foreign'] as const).map((id) => {
      const token = `stw_${id}_${randomBytes(32).toString('base64url')}`
      tokens[id] = token
      const role: Role = id === 'foreign' ? 'owner' : id
      return {
        id,
        sha256: createHash('sha256').update(token).digest('hex'),
        team: id === 'admin' ? '*' : id === 'foreign' ? 'acme' : 'default',
        scopes: scopesOf(role),
        created: new Date().toISOString(),
        expires: new Date(Date.now() + 86_400_000).toISOString(),
      }
    })
    const tokenFile = join(await scratch(), 'tokens.json')
    await writeFile(tokenFile, JSON.stringify(rows), { mode: 0o600 })
    server = await startServer(await scratch(), { TOKENS_FILE: tokenFile, RATE_LIMIT: '9' })
    const clone = join(await scratch(), 'clone')
    const url = server.url.replace('://', `://git:${tokens['admin']}@`)
    await git('/', 'clone', '-q', `${url}/git/stores.git`, clone)
    const file = join(clone, 'platform.yaml')
    const text = await readFile(file, 'utf8')
    const more = text.replace(/^teams:\n/m, 'teams:\n  acme: {}\n')
    // A purge that begins at once would refuse later deletes.
    await writeFile(file, `${more}deletion:\n  retentionDays: 7\n`)
    await git(clone, 'commit', '-qam', 'add a team, keep deleted stores')
    await git(clone, 'push', '-q')
    await vi.waitFor(
      async () => {
        const { teams } = await readAs<PlatformView>('admin', '/api/v1/platform')
        if (!teams.some(({ id }) => id === 'acme')) throw new Error('there is no team acme yet')
      },
      { timeout: 20_000, interval: 250 },
    )
    const canary = await post(
      server.url,
      '/api/v1/stores',
      { name: 'canary', team: 'acme' },
      as('admin'),
    )
    const own = await post(server.url, '/api/stores', { name: 'own' }, as('owner'))
    if (canary.status !== 201 || own.status !== 201)
      throw new Error('the stores of the two teams could not be made')
  })
  afterAll(() => server.end('SIGTERM'))

  const ROUTES = [
    ['POST', '/api/stores', ['operator', 'owner', 'admin']],
    ['GET', '/api/stores', ['viewer', 'operator', 'owner', 'admin']],
    ['GET', '/api/stores/own', ['viewer', 'operator', 'owner', 'admin']],
    ['GET', '/api/stores/audit/log', ['viewer', 'operator', 'owner', 'admin']],
    ['GET', '/api/metrics', ['viewer', 'operator', 'owner', 'admin']],
    ['DELETE', '/api/stores/own', ['owner', 'admin']],
  ] as const

  it.each(ROUTES)('S2-32 %s %s needs a token with its permission', async (method, path, may) => {
    const request = async (headers: Record<string, string>) => {
      // A create that passes the permission is refused for its engine, so each role may try.
      const body = JSON.stringify({ name: 'next', type: 'medusa' })
      const json = { ...headers, 'Content-Type': 'application/json' }
      const init = method === 'POST' ? { headers: json, body } : { headers }
      const reply = await fetch(server.url + path, { method, ...init })
      expect(reply.headers.get('Deprecation')).toBe(SINCE)
      return reply.status
    }
    expect(await request({})).toBe(401)
    for (const id of ['viewer', 'operator', 'owner', 'admin'] as const) {
      const allowed = method === 'POST' ? 422 : 200
      expect([id, await request(as(id))]).toEqual([
        id,
        (may as readonly string[]).includes(id) ? allowed : 403,
      ])
    }
  })

  it('S2-32 GET /api/health needs no token', async () => {
    expect((await fetch(`${server.url}/api/health`)).status).toBe(200)
  })

  it('S2-32 a store of another team is as absent as one that never was', async () => {
    const refusal = async (method: string, name: string) => {
      const reply = await fetch(`${server.url}/api/stores/${name}`, {
        method,
        headers: as('owner'),
      })
      const { instance: _, ...problem } = (await reply.json()) as Problem
      return problem
    }
    for (const method of ['GET', 'DELETE']) {
      const foreign = await refusal(method, 'canary')
      expect(foreign).toMatchObject({ status: 404, code: 'store_not_found' })
      expect(foreign).toEqual(await refusal(method, 'never'))
    }
    const { length } = await readAs<LegacyStore[]>('admin', '/api/stores')
    expect(length).toBe(2)
    const own = await readAs<LegacyStore[]>('owner', '/api/stores')
    expect(own.map(({ id }) => id)).toEqual(['own'])
    const log = await readAs<LegacyAuditEntry[]>('owner', '/api/stores/audit/log')
    expect(log.map(({ store_id }) => store_id)).toEqual(log.map(() => 'own'))
    expect(log.length).toBeGreaterThan(0)
  })

  it('S2-33 count only the stores that the sender may see', async () => {
    const [owner, foreign, admin] = [
      await readAs<LegacyMetrics>('owner', '/api/metrics'),
      await readAs<LegacyMetrics>('foreign', '/api/metrics'),
      await readAs<LegacyMetrics>('admin', '/api/metrics'),
    ]
    expect([owner, foreign, admin].map(({ total_stores }) => total_stores)).toEqual([1, 1, 2])
    expect(owner.stores_by_status).toEqual({ deleting: 1 })
    expect(foreign.stores_by_status).not.toHaveProperty('deleting')
    expect([owner, foreign].map((each) => each.active_provisions)).toEqual([
      0,
      admin.active_provisions,
    ])
  })

  it('S2-32 writes count against the rate limit, and each is a line of the audit log', async () => {
    const create = () =>
      post(server.url, '/api/stores', { name: 'x', type: 'medusa' }, as('operator'))
    let reply = await create()
    for (let n = 0; n < 12 && reply.status === 422; n += 1) reply = await create()
    expect(reply.status).toBe(429)
    expect(await reply.json()).toMatchObject({ error: 'rate limit exceeded' })
    const lines = server
      .log()
      .split('\n')
      .filter((line) => line.includes('"msg":"audit"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const of = (action: string, status: number) =>
      lines.filter((line) => line['action'] === action && line['status'] === status)
    expect(of('legacyCreateStore', 201)[0]).toMatchObject({ subject: 'token:owner', store: 'own' })
    expect(of('legacyDeleteStore', 200)[0]).toMatchObject({ subject: 'token:owner', store: 'own' })
    expect(of('legacyDeleteStore', 403)).toHaveLength(2)
    expect(of('legacyCreateStore', 429)).toHaveLength(1)
  })
})
