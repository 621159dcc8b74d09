import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Log, PackServer } from '../../../domain/ports.ts'
import { listen, type Listener } from '../../../server/listen.ts'
import { openLocalRemote } from './local-remote.ts'
import { servePacks } from './smart-http.ts'

const run = promisify(execFile)
const silent = () => undefined
const log: Log = { debug: silent, info: silent, warn: silent, error: silent }
const RESULT = 'application/x-git-upload-pack-result'

let folder = ''
let path = ''
let packs: PackServer
let server: Listener
let base = ''
/** Requests of clients, in order. */
const seen: { route: string; protocol: string | undefined; encoding: string | undefined }[] = []

/** Runs real git asynchronously, because the server under test runs in this process. */
function git(directory: string, ...words: string[]): Promise<string> {
  return gitAt(undefined, directory, ...words)
}

/** @param date committer date, RFC 3339 */
async function gitAt(date: string | undefined, directory: string, ...words: string[]) {
  const { stdout } = await run('git', ['-C', directory, ...words], {
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      LC_ALL: 'C.UTF-8',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_ALLOW_PROTOCOL: 'file:http',
      GIT_TERMINAL_PROMPT: '0',
      GIT_AUTHOR_NAME: 'Ada',
      GIT_AUTHOR_EMAIL: 'ada@example.com',
      GIT_COMMITTER_NAME: 'Ada',
      GIT_COMMITTER_EMAIL: 'ada@example.com',
      GIT_COMMITTER_DATE: date,
    },
  })
  return stdout.trim()
}

/** Commits a file to main with plain git, without the server. */
async function commit(name: string, content: string): Promise<string> {
  const work = await mkdtemp(join(folder, 'work-'))
  await git(folder, 'clone', '--quiet', path, work)
  await writeFile(join(work, name), content)
  await git(work, 'add', '.')
  await git(work, 'commit', '--quiet', '-m', name)
  await git(work, 'push', '--quiet', 'origin', 'HEAD:main')
  return git(work, 'rev-parse', 'HEAD')
}

/** Starts an HTTP server for `handle` that records requests. */
function serve(handle: PackServer['handle']): Promise<Listener> {
  return listen({ host: '127.0.0.1', port: 0 }, (request) => {
    const { pathname, search } = new URL(request.url)
    seen.push({
      route: `${request.method} ${pathname}${search}`,
      protocol: request.headers.get('git-protocol') ?? undefined,
      encoding: request.headers.get('content-encoding') ?? undefined,
    })
    return handle(request)
  })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'smart-http-'))
  const remote = await openLocalRemote({
    dataDir: join(folder, 'data'),
    branch: 'main',
    baseDomain: 'shops.example.com',
    log,
  })
  path = remote.path
  packs = remote.packServer
  server = await serve((request) => packs.handle(request))
  base = `${server.origin}/git/stores.git`
})

afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

describe('servePacks with real git', () => {
  it.each(['0', '1', '2'])(
    'serves a clone and a later fetch with protocol version %s',
    async (version) => {
      const clone = await mkdtemp(join(folder, 'clone-'))
      const speak = ['-c', `protocol.version=${version}`]
      seen.length = 0
      await git(folder, ...speak, 'clone', '--quiet', base, clone)
      expect(await git(clone, 'rev-parse', 'HEAD')).toBe(await git(path, 'rev-parse', 'main'))
      const head = await commit(`v${version}.txt`, version)
      await git(clone, ...speak, 'fetch', '--quiet', 'origin')
      expect(await git(clone, 'rev-parse', 'origin/main')).toBe(head)
      await git(clone, 'fsck', '--strict')
      const expected = version === '0' ? undefined : `version=${version}`
      expect(new Set(seen.map(({ protocol }) => protocol))).toEqual(new Set([expected]))
    },
  )

  it('serves a shallow clone of one commit', async () => {
    await commit('deep.txt', 'deep')
    const clone = await mkdtemp(join(folder, 'shallow-'))
    await git(folder, 'clone', '--quiet', '--depth', '1', base, clone)
    expect(await git(clone, 'rev-list', '--count', 'HEAD')).toBe('1')
    expect(Number(await git(path, 'rev-list', '--count', 'main'))).toBeGreaterThan(1)
  })

  it('accepts the gzipped bodies of large negotiations', async () => {
    const clone = await mkdtemp(join(folder, 'many-'))
    await git(folder, 'clone', '--quiet', base, clone)
    // Many commits that are newer than those of the server and unknown to it make the client send
    // many haves.
    for (let n = 0; n < 60; n += 1) {
      const words = ['commit', '--quiet', '--allow-empty', '-m', `local ${n}`]
      await gitAt('2037-01-01T00:00:00Z', clone, ...words)
    }
    const head = await commit('after.txt', 'after')
    seen.length = 0
    await git(clone, '-c', 'protocol.version=0', 'fetch', '--quiet', 'origin')
    expect(await git(clone, 'rev-parse', 'origin/main')).toBe(head)
    expect(seen.some(({ encoding }) => encoding === 'gzip')).toBe(true)
  })

  it('refuses a push on a read-only address and moves no ref', async () => {
    const clone = await mkdtemp(join(folder, 'push-'))
    await git(folder, 'clone', '--quiet', base, clone)
    await git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'mine')
    const before = await git(path, 'for-each-ref')
    await expect(git(clone, 'push', 'origin', 'HEAD:main')).rejects.toThrow(/403/)
    expect(await git(path, 'for-each-ref')).toBe(before)
  })

  it('hides the refs of batches that have not landed', async () => {
    const head = await git(path, 'rev-parse', 'main')
    await git(path, 'update-ref', 'refs/storewright/tx/01', head)
    for (const version of ['0', '2']) {
      const refs = await git(folder, '-c', `protocol.version=${version}`, 'ls-remote', base)
      expect(refs).toContain('refs/heads/main')
      expect(refs).not.toContain('storewright')
    }
    await git(path, 'update-ref', '-d', 'refs/storewright/tx/01')
  })
})

describe('servePacks with unusual requests', () => {
  const ask = (route: string, init: RequestInit = {}) => fetch(`${base}${route}`, init)
  const post = (body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}) =>
    ask('/git-upload-pack', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-git-upload-pack-request', ...headers },
    })

  it.each([
    ['GET', '/info/refs?service=git-receive-pack', 403],
    ['POST', '/git-receive-pack', 403],
    ['GET', '/info/refs', 403],
    ['GET', '/info/refs?service=git-upload-archive', 403],
    ['GET', '/HEAD', 404],
    ['GET', '/objects/info/packs', 404],
    ['GET', '/config', 404],
    ['GET', '/git-upload-pack', 404],
    ['POST', '/info/refs?service=git-upload-pack', 404],
    ['PUT', '/git-upload-pack', 404],
  ])('answers %s %s with %i', async (method, route, status) => {
    const reply = await ask(route, { method })
    expect(reply.status).toBe(status)
    expect(reply.headers.get('content-type')).toContain('text/plain')
  })

  it('forbids proxies to cache a response', async () => {
    const reply = await ask('/info/refs?service=git-upload-pack')
    expect(reply.status).toBe(200)
    expect(reply.headers.get('content-type')).toBe('application/x-git-upload-pack-advertisement')
    expect(reply.headers.get('cache-control')).toContain('no-cache')
    expect(await reply.text()).toMatch(/^001e# service=git-upload-pack\n0000/)
  })

  it('passes only protocol versions 1 and 2 to git', async () => {
    const headers = { 'git-protocol': 'version=2:core.fsmonitor=/bin/sh' }
    const reply = await ask('/info/refs?service=git-upload-pack', { headers })
    expect(await reply.text()).not.toContain('version 2')
  })

  it('answers 413 above 1 MiB, also after gunzip, and 400 for a damaged body', async () => {
    const large = new Uint8Array(1024 * 1024 + 1)
    expect((await post(large)).status).toBe(413)
    const gzip = { 'content-encoding': 'gzip' }
    expect((await post(gzipSync(large), gzip)).status).toBe(413)
    expect((await post('not gzip', gzip)).status).toBe(400)
    expect((await post('garbage')).status).toBe(400)
  })

  it('answers 415 for another content type or encoding', async () => {
    expect((await post('0000', { 'content-type': 'application/json' })).status).toBe(415)
    expect((await post('0000', { 'content-encoding': 'br' })).status).toBe(415)
  })

  it('answers 500 when the repository cannot be read', async () => {
    const broken = servePacks({ repositoryPath: folder, branch: 'main', log })
    const reply = await broken.handle(
      new Request('http://x/git/stores.git/info/refs?service=git-upload-pack'),
    )
    expect(reply.status).toBe(500)
  })
})

/** Git processes whose command line names upload-pack, started by this process. */
async function uploadPacks(): Promise<number> {
  const { stdout } = await run('ps', ['-eo', 'ppid=,args='])
  return stdout
    .split('\n')
    .filter((line) => line.trim().startsWith(`${process.pid} `) && line.includes('upload-pack'))
    .length
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20))
}

describe('servePacks with clients that leave or stall', () => {
  const wanted = async () => {
    const head = await git(path, 'rev-parse', 'main')
    const line = (text: string) => (text.length + 4).toString(16).padStart(4, '0') + text
    return `${line(`want ${head}\n`)}0000${line('done\n')}`
  }
  const request = (body: string, signal?: AbortSignal) =>
    new Request('http://x/git/stores.git/git-upload-pack', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-git-upload-pack-request' },
      ...(signal === undefined ? {} : { signal }),
    })

  beforeAll(async () => {
    // Larger than all buffers between git and a stalled client; random, so that it does not
    // compress.
    await commit('large.bin', randomBytes(6 * 1024 * 1024).toString('base64'))
  })

  it('starts the response while git still holds most of the pack', async () => {
    const reply = await packs.handle(request(await wanted()))
    expect(reply.headers.get('content-type')).toBe(RESULT)
    expect(await uploadPacks()).toBe(1)
    const bytes = await reply.arrayBuffer()
    expect(bytes.byteLength).toBeGreaterThan(6 * 1024 * 1024)
    await until(async () => (await uploadPacks()) === 0)
  })

  it('kills git when the client cancels the response', async () => {
    const reply = await packs.handle(request(await wanted()))
    const reader = reply.body?.getReader()
    await reader?.read()
    expect(await uploadPacks()).toBe(1)
    await reader?.cancel()
    await until(async () => (await uploadPacks()) === 0)
  })

  it('kills git when the request is aborted', async () => {
    const left = new AbortController()
    const reply = await packs.handle(request(await wanted(), left.signal))
    expect(await uploadPacks()).toBe(1)
    left.abort()
    await until(async () => (await uploadPacks()) === 0)
    expect((await reply.arrayBuffer()).byteLength).toBeLessThan(6 * 1024 * 1024)
  })

  it('kills git and breaks the transfer when the client stalls', async () => {
    const impatient = servePacks({ repositoryPath: path, branch: 'main', log, stallMs: 100 })
    const reply = await impatient.handle(request(await wanted()))
    await until(async () => (await uploadPacks()) === 0)
    await expect(reply.arrayBuffer()).rejects.toThrow(/upload-pack ended/)
  })

  it('generates at most eight packs at once and queues further requests', async () => {
    const body = await wanted()
    const begun: Response[] = []
    for (let n = 0; n < 12; n += 1) {
      void packs.handle(request(body)).then((reply) => begun.push(reply))
    }
    await until(async () => begun.length === 8)
    expect(await uploadPacks()).toBe(8)
    for (const reply of begun.splice(0)) await reply.body?.cancel()
    await until(async () => begun.length === 4)
    for (const reply of begun) {
      expect((await reply.arrayBuffer()).byteLength).toBeGreaterThan(6 * 1024 * 1024)
    }
    await until(async () => (await uploadPacks()) === 0)
  })
})
