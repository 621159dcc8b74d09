import { readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../src/contract/store.ts'
import {
  git,
  post,
  raiseLimit,
  scratch,
  type ServerProcess,
  startServer,
} from '../../src/testing/server-process.ts'

let folder = ''
const running: ServerProcess[] = []
const start = async (environment?: Record<string, string>) => {
  const server = await startServer(join(folder, 'data'), environment)
  running.push(server)
  return server
}

beforeEach(async () => {
  folder = await scratch()
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.end('SIGKILL')))
  await rm(folder, { recursive: true, force: true })
})

const create = (url: string, name: string, headers = {}) =>
  post(url, '/api/v1/stores', { name }, headers)
const names = async (url: string) =>
  ((await (await fetch(`${url}/api/v1/stores`)).json()) as Store[]).map(({ name }) => name)

describe('the server', () => {
  it('S2-09 serves the built dashboard and its scripts at each page, next to the API', async () => {
    const { url } = await start()
    const built = await readFile(
      new URL('../../dashboard/dist/index.html', import.meta.url),
      'utf8',
    )
    for (const path of ['/', '/new', '/stores/my-shop', '/activity']) {
      expect(await (await fetch(`${url}${path}`)).text(), path).toBe(built)
    }
    const assets = [...built.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path)
    expect(assets.length).toBeGreaterThan(1)
    for (const path of assets) expect((await fetch(`${url}${path}`)).status, path).toBe(200)
    expect((await fetch(`${url}/api/v1/stores`)).status).toBe(200)
  })

  it('S1-27 commits the documented request, and a clone over HTTP contains the store and the trailers', async () => {
    const { url } = await start()
    const body = { name: 'my-shop', engine: 'woo', plan: 'small' }
    expect((await post(url, '/api/v1/stores', body)).status).toBe(201)
    const again = await post(url, '/api/v1/stores', body)
    expect([again.status, ((await again.json()) as { error: string }).error]).toEqual([
      409,
      'store already exists',
    ])
    await git(folder, 'clone', '-q', `${url}/git/stores.git`, 'clone')
    const files = (await git(join(folder, 'clone'), 'ls-files', 'stores/default/my-shop')).split(
      '\n',
    )
    expect(files).toContain('stores/default/my-shop/store.yaml')
    expect(files).toContain('stores/default/my-shop/app.json')
    expect(files.filter((path) => path.includes('/manifests/')).length).toBeGreaterThan(5)
    const message = await git(join(folder, 'clone'), 'log', '-1', '--format=%B')
    expect(message).toMatch(/^store\(default\/my-shop\): create \(woo, small\)$/m)
    for (const trailer of ['Store: my-shop', 'Action: create', 'Requested-By: local', 'Via: api']) {
      expect(message).toContain(trailer)
    }
    await expect(git(join(folder, 'clone'), 'push', '-q', 'origin', 'HEAD:other')).rejects.toThrow(
      /Only main accepts pushes here\. Run: git push origin HEAD:main/,
    )
  })

  it('creates 64 stores at once with one commit each and at most 16 pushes', async () => {
    const server = await start()
    await raiseLimit(server)
    const repository = join(server.dataDir, 'stores.git')
    await git(repository, 'config', 'core.logAllRefUpdates', 'always')
    const wanted = Array.from({ length: 64 }, (_, n) => `shop-${n}`)
    const replies = await Promise.all(wanted.map((name) => create(server.url, name)))
    expect(replies.map(({ status }) => status)).toEqual(wanted.map(() => 201))
    const subjects = (await git(repository, 'log', '--format=%s', 'main')).split('\n')
    expect(subjects.filter((subject) => subject.includes(': create')).length).toBe(64)
    const pushes = (await git(repository, 'reflog', 'show', 'main')).split('\n').length
    expect(pushes).toBeLessThanOrEqual(16)
    expect((await names(server.url)).toSorted()).toEqual(wanted.toSorted())
  })

  it('returns 201 to one of sixteen creates of the same name and 409 to the others', async () => {
    const { url } = await start()
    const replies = await Promise.all(Array.from({ length: 16 }, () => create(url, 'wanted')))
    const statuses = replies.map(({ status }) => status).toSorted((a, b) => a - b)
    expect(statuses).toEqual([201, ...Array.from({ length: 15 }, () => 409)])
  })

  it('answers a repeated key with the first commit, also after a kill', async () => {
    const first = await start()
    const key = { 'Idempotency-Key': 'key-12345678' }
    const made = (await (await create(first.url, 'shop', key)).json()) as Store
    await first.end('SIGKILL')
    const { url } = await start()
    const replay = await create(url, 'shop', key)
    expect([replay.status, replay.headers.get('Idempotency-Replayed')]).toEqual([201, 'true'])
    expect(((await replay.json()) as Store).revision).toBe(made.revision)
    expect((await create(url, 'other', key)).status).toBe(422)
  })

  it('S1-24 on SIGTERM answers running creates, ends streams with bye, loses no acknowledged store and exits with 0', async () => {
    const server = await start()
    const stream = await fetch(`${server.url}/api/v1/stream`)
    const streamed = stream.text()
    const creates = Array.from({ length: 6 }, (_, n) =>
      create(server.url, `shop-${n}`).catch(() => null),
    )
    await new Promise((resolve) => setTimeout(resolve, 15))
    const began = performance.now()
    const code = await server.end('SIGTERM')
    // The 10 s that are promised, times five for a busy machine.
    expect(performance.now() - began).toBeLessThan(50_000)
    expect(await streamed).toContain('event: bye')
    const replies = await Promise.all(creates)
    expect(code).toBe(0)
    const acknowledged = replies.flatMap((reply, n) => (reply?.status === 201 ? [`shop-${n}`] : []))
    for (const reply of replies) expect([201, 503, undefined]).toContain(reply?.status)
    const { url } = await start()
    expect(await names(url)).toEqual(expect.arrayContaining(acknowledged))
  })

  it('S1-23 logs one JSON object per line with the request id, at the configured level', async () => {
    const server = await start({ LOG_LEVEL: 'info' })
    const id = (await create(server.url, 'shop')).headers.get('X-Request-Id')
    await new Promise((resolve) => setTimeout(resolve, 50))
    const lines = server
      .log()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.length).toBeGreaterThan(2)
    expect(lines.filter(({ level, time, msg }) => !level || !time || !msg)).toEqual([])
    const requests = lines.filter(({ msg }) => msg === 'request' || msg === 'audit')
    expect(requests.filter(({ req_id: each }) => typeof each !== 'string')).toEqual([])
    expect(lines.find((line) => line['req_id'] === id && line['msg'] === 'request')).toMatchObject({
      level: 'info',
      status: 201,
      route: '/api/v1/stores',
    })
    await server.end('SIGTERM')
    const silent = await start({ LOG_LEVEL: 'error' })
    await create(silent.url, 'other')
    expect(silent.log()).toBe('')
  })

  it('serves the stores repo on a second address to clients with the token', async () => {
    const port = await freePort()
    await start({
      GIT_SERVE_ADDR: `127.0.0.1:${port}`,
      GIT_SERVE_TOKEN: 'a-token-of-thirty-two-characters',
    })
    const at = (user: string) => `http://${user}127.0.0.1:${port}/git/stores.git`
    await git(folder, 'clone', '-q', at('argocd:a-token-of-thirty-two-characters@'), 'with')
    await expect(git(folder, 'clone', '-q', at('argocd:wrong@'), 'wrong')).rejects.toThrow()
    expect((await fetch(`http://127.0.0.1:${port}/api/v1/stores`)).status).toBe(404)
    expect((await fetch(`${at('')}/info/refs?service=git-upload-pack`)).status).toBe(401)
  })

  it('S1-22 stays ready without its remote: serves reads and refuses writes within seconds', async () => {
    const remote = await start()
    const gone = await startServer(join(folder, 'second'), {
      STORES_REPO_URL: `${remote.url}/git/stores.git`,
    })
    running.push(gone)
    await create(remote.url, 'shop')
    await expect.poll(() => names(gone.url), { timeout: 10_000 }).toEqual(['shop'])
    await remote.end('SIGKILL')
    const refused = await create(gone.url, 'other')
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([
      503,
      'git_unavailable',
    ])
    expect(refused.headers.get('Retry-After')).not.toBeNull()
    expect(await names(gone.url)).toEqual(['shop'])
    expect((await fetch(`${gone.url}/readyz`)).status).toBe(200)
    expect((await fetch(`${gone.url}/readyz?write`)).status).toBe(503)
  })
})

/** A port that is currently free. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
