import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  type BareRemote,
  createBareRemote,
  serveBareRemote,
  type ServedRemote,
} from '../../src/testing/bare-remote.ts'
import { post, type ServerProcess, startServer } from '../../src/testing/server-process.ts'
import { ofEachProcess } from './proc.ts'

const run = promisify(execFile)
/** One unique word per place that could hold a secret. */
const canary = (n: number) => `canary${String(n).padStart(2, '0')}x7f3a91c2e5`
const CANARIES = Array.from({ length: 20 }, (_, n) => canary(n))

let remote: BareRemote
let served: ServedRemote
let server: ServerProcess
/** Collected output, by sink. */
const sinks = { bodies: '', headers: '', commandLines: '' }

/** Sends a request and collects its response. */
async function ask(reply: Promise<Response>): Promise<number> {
  const answered = await reply
  sinks.bodies += await answered.text()
  sinks.headers += JSON.stringify([...answered.headers])
  return answered.status
}

beforeAll(async () => {
  remote = await createBareRemote()
  served = await serveBareRemote(remote.path)
  served.credential = `writer:${canary(0)}`
  server = await startServer(join(remote.scratch, 'data'), {
    STORES_REPO_URL: served.url,
    GIT_USERNAME: 'writer',
    GIT_TOKEN: canary(0),
    ARGOCD_WEBHOOK_URLS: `${served.url}/no-such-webhook`,
    ARGOCD_WEBHOOK_SECRET: canary(1),
    AWS_SECRET_ACCESS_KEY: canary(2),
    GIT_ASKPASS: canary(3),
    LOG_LEVEL: 'debug',
  })
})
afterAll(async () => {
  await server.end('SIGTERM')
  await served.close()
  await remote.remove()
})

describe('secrets in every input', () => {
  it('G9 are sent with accepted, refused and malformed requests', async () => {
    const create = (body: object, headers: Record<string, string> = {}) =>
      ask(post(server.url, '/api/v1/stores', body, headers))
    const raw = (path: string, init: RequestInit) => ask(fetch(`${server.url}${path}`, init))
    const json = { 'Content-Type': 'application/json' }
    const accepted = await create(
      { name: 'shop-1' },
      {
        Authorization: `Bearer ${canary(4)}`,
        Cookie: `session=${canary(5)}`,
        'Idempotency-Key': canary(6),
        'X-Api-Key': canary(7),
        'Proxy-Authorization': `Basic ${canary(8)}`,
      },
    )
    const refused = [
      await create({ name: 'shop-2', adminPassword: canary(9) }),
      await create({ name: 'shop-2', admin: { user: 'shopkeeper', password: canary(10) } }),
      await create({ name: 'shop-2', site: { secret: canary(11) } }),
      await create({ name: 'shop-2', labels: { tier: `${canary(12)}!` } }),
      await create({ name: 'shop-2', title: canary(13), engine: canary(13) }),
      await raw('/api/v1/stores', { method: 'POST', headers: json, body: `{"a":"${canary(14)}` }),
      await raw('/api/v1/stores', { method: 'POST', body: canary(15) }),
      await raw(`/api/v1/stores?token=${canary(16)}`, { headers: json }),
      await raw(`/api/v1/${canary(17)}?password=${canary(17)}`, {}),
      await raw('/api/v1/stores/shop-9', { headers: { Authorization: `Basic ${canary(18)}` } }),
      await raw(`/git/stores.git/info/refs?service=${canary(19)}`, {}),
    ]
    expect(accepted).toBe(201)
    expect(refused.filter((status) => status < 400 || status >= 500)).toEqual([])
    for (const path of [
      '/platform',
      '/stores',
      '/stores/shop-1',
      '/stores/shop-1/manifests',
      '/stores/shop-1/history',
    ]) {
      expect(await raw(`/api/v1${path}`, {})).toBe(200)
    }
  })

  it('S1-07 G9 T7 are in no Git object of the remote and the cache', async () => {
    for (const repository of [remote.path, join(server.dataDir, 'cache.git')]) {
      const objects = await everyObject(repository)
      expect(objects.length).toBeGreaterThan(10_000)
      expect(found(objects), repository).toEqual([])
    }
  })

  it('G9 are in no file that the server writes', async () => {
    // A folder of git may vanish while it is read.
    const entries = await vi.waitFor(() =>
      readdir(server.dataDir, { recursive: true, withFileTypes: true }),
    )
    const files = entries.filter((entry) => entry.isFile())
    const texts = await Promise.all(
      files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1').catch(() => '')),
    )
    expect(files.length).toBeGreaterThan(3)
    expect(found(texts.join(''))).toEqual([])
  })

  it('S1-23 S2-07 G9 T8 are in no response body, header, debug log line or command line', async () => {
    const writing = ask(post(server.url, '/api/v1/stores', { name: 'shop-3' }))
    for (let look = 0; look < 20; look += 1) sinks.commandLines += await commandLines()
    expect(await writing).toBe(201)
    expect(sinks.commandLines).toContain('src/main.ts')
    expect(sinks.bodies).toContain('shop-1')
    expect(server.log()).toContain('"req_id"')
    expect(found(sinks.bodies)).toEqual([])
    expect(found(sinks.headers)).toEqual([])
    expect(found(server.log())).toEqual([])
    expect(found(sinks.commandLines)).toEqual([])
  })
})

function found(text: string): string[] {
  const forms = (word: string) => [word, Buffer.from(word).toString('base64').slice(0, 24)]
  return CANARIES.filter((word) => forms(word).some((form) => text.includes(form)))
}

/** Content of every object, reachable or not, as printed by git. */
async function everyObject(repository: string): Promise<string> {
  const options = { cwd: repository, maxBuffer: 256 * 1024 * 1024, encoding: 'latin1' as const }
  const command = ['cat-file', '--batch', '--batch-all-objects', '--unordered']
  return (await run('git', command, options)).stdout
}

async function commandLines(): Promise<string> {
  return [...(await ofEachProcess('cmdline')).values()].join('\n')
}
