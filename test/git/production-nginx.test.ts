import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { delimiter, join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { expect, it, onTestFinished } from 'vitest'
import { tokenOf } from '../../src/domain/access/token.ts'
import { digest } from '../../src/server/token-file.ts'
import { fakeArgoCd } from '../../src/testing/fake-argo-cd.ts'
import { scratch, startServer } from '../../src/testing/server-process.ts'
import { freePort } from '../free-port.ts'
import { certificates } from '../tls.ts'

const DOC = join(import.meta.dirname, '../../docs/production.md')
const TOKEN = tokenOf('root', 'a'.repeat(43))

const nginx = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  .map((folder) => join(folder, 'nginx'))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })

/** The example of the page, with the ports and files of this test, in a folder of its own. */
async function nginxConfig(folder: string, port: number, upstream: number): Promise<string> {
  const page = await readFile(DOC, 'utf8')
  const [, example = ''] = /```nginx\n([\s\S]*?)```/.exec(page) ?? []
  const here = example
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace('server_name shops.example.com', 'server_name localhost')
    .replaceAll('/etc/nginx/', `${folder}/`)
    .replace('127.0.0.1:8080', `127.0.0.1:${upstream}`)
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n')
  return `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http { access_log off;
${paths}
${here}
}`
}

it.skipIf(nginx === undefined)(
  'T13 the nginx example of docs/production.md carries requests, writes, streams and the client address',
  async () => {
    const folder = await scratch()
    const [port, upstream] = [await freePort(), await freePort()]
    const home = `https://localhost:${port}`
    const { authority, cert, key } = certificates('DNS:localhost')
    setDefaultCACertificates([...getCACertificates(), authority])
    onTestFinished(() => setDefaultCACertificates(getCACertificates('bundled')))
    const row = {
      id: 'root',
      sha256: digest(TOKEN).toString('hex'),
      team: '*',
      scopes: ['stores:read', 'stores:write', 'stores:delete', 'admin'],
      created: new Date().toISOString(),
      expires: new Date(Date.now() + 86_400_000).toISOString(),
    }
    await mkdir(folder, { recursive: true })
    for (const [name, text] of [
      ['tls.crt', cert],
      ['tls.key', key],
      ['nginx.conf', await nginxConfig(folder, port, upstream)],
      ['tokens.json', JSON.stringify([row])],
    ] as const) {
      await writeFile(join(folder, name), text, { mode: 0o600 })
    }
    const argo = await fakeArgoCd()
    onTestFinished(() => argo.close())
    const server = await startServer(join(folder, 'data'), {
      ENV: 'production',
      LISTEN_ADDR: `127.0.0.1:${upstream}`,
      PUBLIC_URL: home,
      TRUSTED_PROXIES: '127.0.0.1',
      TOKENS_FILE: join(folder, 'tokens.json'),
      ARGOCD_URL: argo.url,
      ARGOCD_TOKEN: 'argo-token',
    })
    onTestFinished(async () => void (await server.end('SIGTERM')))
    const proxy = spawn(nginx ?? '', ['-c', join(folder, 'nginx.conf'), '-p', folder])
    onTestFinished(async () => {
      const ended = once(proxy, 'exit')
      if (proxy.kill('SIGKILL')) await ended
    })
    const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' }
    const get = (path: string, more = {}) =>
      fetch(home + path, { headers: { ...headers, ...more } })
    for (let n = 0; n < 50; n += 1) {
      const isUp = await get('/healthz').then(
        () => true,
        () => false,
      )
      if (isUp) break
      await new Promise((resolve) => setTimeout(resolve, 100))
    }

    expect((await get('/api/v1/me')).status).toBe(200)
    const platform = (await (await get('/api/v1/platform')).json()) as Record<string, unknown>
    expect(JSON.stringify(platform)).toContain(`${home}/git/stores.git`)
    const write = { method: 'POST', headers: { ...headers, Origin: home }, body: '{"name":"shop"}' }
    // The digests of a new platform.yaml are not set yet.
    expect((await fetch(`${home}/api/v1/stores`, write)).status).toBe(422)

    const stream = await get('/api/v1/stream')
    const reader = (stream.body as ReadableStream<Uint8Array>).getReader()
    const { value } = await reader.read()
    expect(new TextDecoder().decode(value).length).toBeGreaterThan(0)
    await reader.cancel()

    // Ten wrong tokens of one client refuse it and not its neighbour, whatever addresses they claim.
    const from = (localAddress: string, token: string, claimed: string) =>
      statusOf(`${home}/api/v1/me`, localAddress, {
        Authorization: `Bearer ${token}`,
        'X-Forwarded-For': claimed,
      })
    for (let n = 0; n < 10; n += 1) {
      expect(await from('127.0.0.2', 'wrong', `203.0.113.${n}`)).toBe(401)
    }
    expect(await from('127.0.0.2', TOKEN, '203.0.113.99')).toBe(429)
    expect(await from('127.0.0.3', TOKEN, '127.0.0.2')).toBe(200)
  },
)

/** Status of a GET from another address of this machine. */
async function statusOf(url: string, localAddress: string, headers: Record<string, string>) {
  const sent = request(url, { localAddress, headers, agent: false }).end()
  const [reply] = (await once(sent, 'response')) as [IncomingMessage]
  reply.resume()
  return reply.statusCode
}
