import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import type { EffectiveSetting, Me, TokenInfo } from '../../src/contract/access.ts'
import type { Problem } from '../../src/contract/problem.ts'
import {
  git,
  post,
  scratch,
  type ServerProcess,
  startServer,
} from '../../src/testing/server-process.ts'

const run = promisify(execFile)
const STORECTL = fileURLToPath(new URL('../../src/cli/storectl.ts', import.meta.url))

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the command line as a person would, with these environment variables. */
async function storectl(environment: Record<string, string>, ...words: string[]): Promise<Ended> {
  const env = { PATH: process.env['PATH'], ...environment }
  try {
    const { stdout, stderr } = await run(process.execPath, [STORECTL, ...words], { env })
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, out: stdout, err: stderr }
  }
}

let server: ServerProcess
let file: string
const tokens: Record<string, string> = {}

beforeAll(async () => {
  file = join(await scratch(), 'tokens.json')
  for (const [id, team, role] of [
    ['root', '*', 'admin'],
    ['reader', '*', 'viewer'],
    ['default-operator', 'default', 'operator'],
    ['short', 'default', 'operator'],
  ] as const) {
    const made = await storectl(
      {},
      'token',
      'create',
      id,
      '--file',
      file,
      '--team',
      team,
      '--role',
      role,
    )
    if (!/^stw_[a-z-]+_\S{43}\n$/.test(made.out)) throw new Error(made.err)
    tokens[id] = made.out.trim()
  }
  server = await startServer(await scratch(), { TOKENS_FILE: file })
})
afterAll(() => server.end('SIGTERM'))

const as = (id: string) => ({ STORECTL_SERVER: server.url, STORECTL_TOKEN: tokens[id] ?? '' })
const bearer = (id: string) => ({ Authorization: `Bearer ${tokens[id]}` })

it('storectl uses the token, shows who it is, and is refused with the next step without one', async () => {
  const none = await storectl({ STORECTL_SERVER: server.url }, 'list')
  expect([none.code, none.err]).toEqual([1, expect.stringContaining('Set STORECTL_TOKEN')])
  const who = await storectl(as('default-operator'), 'whoami')
  expect(who.out).toMatch(
    /^token:default-operator, until 20\S+\ndefault {2}stores:read, stores:write\n$/,
  )
  expect(await storectl(as('default-operator'), 'create', 'shop')).toMatchObject({ code: 0 })
  const deleted = await storectl(as('default-operator'), 'delete', 'shop', '--yes')
  expect([deleted.code, deleted.err]).toEqual([1, expect.stringContaining('stores:delete')])
  const listed = await storectl(as('reader'), 'list', '-o', 'name')
  expect(listed.out).toBe('shop\n')
})

it('the commit of a request names the token, and the secret of no token is anywhere', async () => {
  const subjects = await git(join(server.dataDir, 'stores.git'), 'log', '--format=%B', 'main')
  expect(subjects).toContain('Requested-By: token:default-operator')
  const secrets = Object.values(tokens)
  const files = await readdir(server.dataDir, { recursive: true, withFileTypes: true })
  const texts = await Promise.all(
    files
      .filter((entry) => entry.isFile())
      // Git removes temporary files meanwhile.
      .map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1').catch(() => '')),
  )
  const sinks = [...texts, await readFile(file, 'utf8'), server.log(), server.greeting()]
  expect(sinks.length).toBeGreaterThan(10)
  for (const secret of secrets) {
    expect(sinks.filter((text) => text.includes(secret))).toEqual([])
    // Without the id, which is no secret.
    expect(sinks.filter((text) => text.includes(secret.slice(-43)))).toEqual([])
  }
})

it('an admin sees the tokens and the settings, without a secret or a hash', async () => {
  const read = async (path: string, id: string) =>
    fetch(`${server.url}/api/v1/${path}`, { headers: bearer(id) })
  const listed = (await (await read('tokens', 'root')).json()) as TokenInfo[]
  expect(listed.map(({ id }) => id)).toEqual(['default-operator', 'reader', 'root', 'short'])
  expect(listed.map(({ lastUsedAt }) => lastUsedAt !== null)).toEqual([true, true, true, false])
  const settings = (await (await read('config', 'root')).json()) as EffectiveSetting[]
  const valueOf = (name: string) => settings.find((setting) => setting.name === name)
  expect(valueOf('TOKENS_FILE')).toMatchObject({ value: file, source: 'environment' })
  expect(valueOf('PROVENANCE_KEYS')?.value).toBe('***')
  const text = JSON.stringify([listed, settings])
  expect(text).not.toMatch(/[0-9a-f]{64}|stw_/)
  expect([
    (await read('tokens', 'reader')).status,
    (await read('config', 'reader')).status,
  ]).toEqual([403, 403])
})

it('git reads the stores repo with a token for every team, and pushes with that of an admin only', async () => {
  const url = (id: string) => server.url.replace('://', `://git:${tokens[id]}@`) + '/git/stores.git'
  const place = await scratch()
  await git(place, 'clone', '-q', url('reader'), 'read')
  await expect(git(place, 'clone', '-q', url('default-operator'), 'team')).rejects.toThrow(/403/)
  await expect(git(place, 'clone', '-q', `${server.url}/git/stores.git`, 'none')).rejects.toThrow()
  const clone = join(place, 'read')
  await git(clone, 'commit', '-q', '--allow-empty', '-m', 'by a person')
  await expect(git(clone, 'push', '-q', 'origin', 'main')).rejects.toThrow(/403/)
  await git(clone, 'push', '-q', url('root'), 'main')
  const reply = await fetch(`${server.url}/api/v1/stores`, {
    headers: { Authorization: `Basic ${Buffer.from(`git:${tokens['root']}`).toString('base64')}` },
  })
  expect(reply.status).toBe(401)
})

it('a revoked token is refused within ten seconds, and its stream ends within a minute', async () => {
  const me = () => fetch(`${server.url}/api/v1/me`, { headers: bearer('short') })
  expect(((await (await me()).json()) as Me).subject).toBe('token:short')
  const stream = await fetch(`${server.url}/api/v1/stream`, { headers: bearer('short') })
  const ended = (stream.body as ReadableStream).pipeTo(new WritableStream())
  expect(await storectl({}, 'token', 'revoke', 'short', '--file', file)).toMatchObject({ code: 0 })
  const began = performance.now()
  await vi.waitFor(async () => expect((await me()).status).toBe(401), { timeout: 50_000 })
  await ended
  expect(performance.now() - began).toBeLessThan(5 * 60_000)
}, 120_000)

it('RATE_LIMIT=3 allows three writes in a window, and RATE_WINDOW sets its length', async () => {
  const limited = await startServer(await scratch(), { RATE_LIMIT: '3', RATE_WINDOW: '2s' })
  onTestFinished(async () => void (await limited.end('SIGTERM')))
  let made = 0
  const create = () => post(limited.url, '/api/v1/stores', { name: `shop-${(made += 1)}` })
  const replies = await Promise.all([create(), create(), create(), create()])
  expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 201, 201, 429])
  const refused = replies.find(({ status }) => status === 429)
  expect(await refused?.json()).toMatchObject({ error: 'rate limit exceeded' })
  await vi.waitFor(async () => expect((await create()).status).toBe(201), {
    timeout: 20_000,
    interval: 500,
  })
})

it('ten wrong tokens of one address are followed by 429 with the seconds to wait', async () => {
  const wrong = () => fetch(`${server.url}/api/v1/me`, { headers: { Authorization: 'Bearer x' } })
  const statuses: number[] = []
  let last = await wrong()
  for (let n = 0; n < 12 && last.status === 401; n += 1) {
    statuses.push(last.status)
    last = await wrong()
  }
  expect(statuses.length).toBeLessThanOrEqual(10)
  expect(last.status).toBe(429)
  expect(Number(last.headers.get('Retry-After'))).toBeGreaterThan(0)
})

it('an admin revokes a token at once and for good, and a new one of the same id works', async () => {
  const dataDir = await scratch()
  const create = (id: string) =>
    storectl(
      {},
      ...['token', 'create', id, '--file', file, '--team', 'default', '--role', 'operator'],
    )
  const tokenOf = async (id: string) => /stw_\S+/.exec((await create(id)).out)?.[0] ?? ''
  const ask = (token: string, path: string, method = 'GET') =>
    fetch(`${own.url}${path}`, { method, headers: { Authorization: `Bearer ${token}` } })
  /** Waits for the server to read the file. Asking with a token that it does not know counts as wrong. */
  const read = async () => {
    const { mtimeMs } = await stat(file)
    const times = () =>
      own
        .log()
        .split('\n')
        .filter((line) => line.includes('the tokens were read again'))
        .map((line) => Date.parse((JSON.parse(line) as { time: string }).time))
    await expect.poll(() => Math.max(0, ...times()), { timeout: 20_000 }).toBeGreaterThan(mtimeMs)
  }
  const leaked = await tokenOf('leaked')
  // Others of this file have used up the attempts of this address at the other server.
  let own = await startServer(dataDir, { TOKENS_FILE: file })
  onTestFinished(() => void own.end('SIGKILL'))
  expect((await ask(leaked, '/api/v1/me')).status).toBe(200)
  const stream = await ask(leaked, '/api/v1/stream')
  const revoke = (token: string) => ask(token, '/api/v1/tokens/leaked', 'DELETE')
  expect((await revoke(tokens['default-operator'] ?? '')).status).toBe(403)
  expect((await ask(leaked, '/api/v1/me')).status).toBe(200)

  expect((await revoke(tokens['root'] ?? '')).status).toBe(204)
  const refused = (await (await ask(leaked, '/api/v1/me')).json()) as Problem
  expect([refused.code, refused.detail]).toEqual([
    'unauthenticated',
    'the token leaked was revoked',
  ])
  expect(await stream.text()).toContain('event: bye')
  const listed = (await (await ask(tokens['root'] ?? '', '/api/v1/tokens')).json()) as TokenInfo[]
  expect(listed.map(({ id }) => id)).not.toContain('leaked')
  expect((await revoke(tokens['root'] ?? '')).status).toBe(404)

  await own.end('SIGTERM')
  own = await startServer(dataDir, { TOKENS_FILE: file })
  expect((await ask(leaked, '/api/v1/me')).status).toBe(401)
  await storectl({}, 'token', 'revoke', 'leaked', '--file', file)
  const renewed = await tokenOf('leaked')
  await read()
  expect((await ask(renewed, '/api/v1/me')).status).toBe(200)
  expect((await ask(leaked, '/api/v1/me')).status).toBe(401)
})
