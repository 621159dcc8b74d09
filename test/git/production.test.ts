import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contract/problem.ts'
import { type FakeArgoCd, fakeArgoCd } from '../../src/testing/fake-argo-cd.ts'
import { nodeEnvironment } from '../../src/testing/node-environment.ts'
import { git, scratch, type ServerProcess, startServer } from '../../src/testing/server-process.ts'
import { freePort } from '../free-port.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const PUBLIC = 'shops.example.com'

let folder = ''
let port = 0
let token = ''
let argo: FakeArgoCd
let server: ServerProcess

async function storectl(...words: string[]): Promise<{ code: number; stdout: string }> {
  const env = {
    ...nodeEnvironment,
    HOME: folder,
    STORECTL_SERVER: `http://127.0.0.1:${port}`,
    STORECTL_TOKEN: token,
  }
  const command = [join(ROOT, 'src/cli/storectl.ts'), ...words]
  try {
    const { stdout } = await run(process.execPath, command, { cwd: folder, env })
    return { code: 0, stdout }
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string }
    return { code, stdout }
  }
}

/** A server behind a proxy that ends TLS and runs on this machine. */
beforeAll(async () => {
  folder = await scratch()
  port = await freePort()
  argo = await fakeArgoCd()
  const words = ['token', 'create', 'root', '--file', 'tokens.json', '--team', '*']
  const made = await storectl(...words, '--role', 'admin')
  token = /stw_\S+/.exec(made.stdout)?.[0] ?? ''
  server = await startServer(join(folder, 'data'), {
    ENV: 'production',
    LISTEN_ADDR: `127.0.0.1:${port}`,
    PUBLIC_URL: `https://${PUBLIC}`,
    TRUSTED_PROXIES: '127.0.0.1',
    TOKENS_FILE: join(folder, 'tokens.json'),
    ARGOCD_URL: argo.url,
    ARGOCD_TOKEN: 'argo-token',
  })
})
afterAll(async () => {
  await server.end('SIGKILL')
  await argo.close()
})

/** Sends these lines as they are. `fetch` would set the host and the request target itself. */
function send(target: string, ...headers: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').setEncoding('utf8')
    let text = ''
    socket.on('data', (part: string) => (text += part))
    socket.once('end', () => resolve(text))
    socket.once('error', reject)
    const lines = [`GET ${target} HTTP/1.1`, ...headers, `Authorization: Bearer ${token}`]
    socket.write(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`)
  })
}
const statusOf = (text: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1])

describe('T11 in production, a request', () => {
  it.each([
    ['the host of PUBLIC_URL', '/api/v1/me', [`Host: ${PUBLIC}`]],
    ['a loopback host', '/api/v1/me', ['Host: localhost:1']],
    ['the same host twice', `https://${PUBLIC}/api/v1/me`, [`Host: ${PUBLIC}`]],
    ['a probe by the address of a pod', '/healthz', ['Host: 10.1.2.3:8080']],
  ])('is answered with %s', async (_what, target, headers) => {
    expect(statusOf(await send(target, ...headers))).toBe(200)
  })

  it.each([
    ['another host', '/api/v1/me', ['Host: evil.example']],
    ['another port of the host', '/api/v1/me', [`Host: ${PUBLIC}:8443`]],
    ['a host that ends like ours', '/api/v1/me', [`Host: evil-${PUBLIC}`]],
    ['an address', '/api/v1/me', ['Host: 10.1.2.3']],
    [
      'our host in X-Forwarded-Host only',
      '/api/v1/me',
      ['Host: evil.example', `X-Forwarded-Host: ${PUBLIC}`],
    ],
    [
      'our host in Forwarded only',
      '/api/v1/me',
      ['Host: evil.example', `Forwarded: host=${PUBLIC}`],
    ],
    ['another host in its target', 'https://evil.example/api/v1/me', [`Host: ${PUBLIC}`]],
    ['another host beside our target', `https://${PUBLIC}/api/v1/me`, ['Host: evil.example']],
    ['another host on a page', '/', ['Host: evil.example']],
    ['another host on the Git path', '/git/stores.git/info/refs', ['Host: evil.example']],
    ['another host at the sign-in', '/auth/login', ['Host: evil.example']],
  ])('is refused with %s', async (_what, target, headers) => {
    const reply = await send(target, ...headers)
    expect(statusOf(reply)).toBe(403)
    expect(reply).toContain('"code":"host_rejected"')
    expect(reply).not.toMatch(/^location:|^set-cookie:/im)
  })

  it('never moves a link to the host of a forwarding header', async () => {
    const forwarding = [
      `Host: ${PUBLIC}`,
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-Proto: gopher',
      'X-Original-URL: https://evil.example/',
      'Forwarded: for=10.0.0.1;host=evil.example;proto=gopher',
    ]
    for (const path of ['/api/v1/platform', '/api/v1/me', '/api/v1/stores', '/openapi.json', '/']) {
      const reply = await send(path, ...forwarding)
      expect([path, statusOf(reply)]).toEqual([path, 200])
      expect(reply).not.toMatch(/evil\.example|gopher/)
    }
    expect(await send('/api/v1/platform', ...forwarding)).toContain(
      `https://${PUBLIC}/git/stores.git`,
    )
  })

  it('gets HSTS with every answer, refusals too', async () => {
    for (const [path, host, status] of [
      ['/api/v1/me', PUBLIC, 200],
      ['/', PUBLIC, 200],
      ['/api/v1/none', PUBLIC, 404],
      ['/api/v1/me', 'evil.example', 403],
    ] as const) {
      const reply = await send(path, `Host: ${host}`)
      expect(statusOf(reply)).toBe(status)
      expect(reply).toMatch(/^strict-transport-security: max-age=31536000\r$/im)
    }
  })
})

describe('T13 ENV=production', () => {
  it('starts with the status of Argo CD and warns about the embedded repository', () => {
    expect(server.greeting()).toContain('Argo CD      watched through its own API')
    expect(server.log()).toContain(
      'STORES_REPO_URL is not set: DATA_DIR holds the only stores repo',
    )
  })

  it('refuses a store until the digests of its release are set, and doctor fails until then', async () => {
    const url = `http://127.0.0.1:${port}`
    const create = () =>
      fetch(`${url}/api/v1/stores`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
        body: '{"name":"shop"}',
      })
    const refused = await create()
    const problem = (await refused.json()) as Problem
    expect([refused.status, problem.code]).toEqual([422, 'invalid_store'])
    expect(problem.hint).toContain('storectl release resolve')
    const ill = await storectl('doctor')
    expect(ill.code).toBe(6)
    expect(ill.stdout).toMatch(/release_digests.*\bplaceholders\b/)

    const remote = `http://git:${token}@127.0.0.1:${port}/git/stores.git`
    await git(folder, 'clone', '-q', remote, 'clone')
    const clone = join(folder, 'clone')
    const file = join(clone, 'platform.yaml')
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replaceAll('0'.repeat(64), 'a'.repeat(64)))
    await git(clone, 'commit', '-qam', 'Set the digests')
    await git(clone, 'push', '-q')
    let made = await create()
    for (let n = 0; n < 100 && made.status === 422; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      made = await create()
    }
    expect(made.status).toBe(201)
    expect((await storectl('doctor')).stdout).not.toMatch(/\bplaceholders\b/)
  })
})
