import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { tokenOf } from '../../src/domain/access/token.ts'
import { digest } from '../../src/server/token-file.ts'
import { scratch, type ServerProcess, startServer } from '../../src/testing/server-process.ts'
import { freePort } from '../free-port.ts'

const TOKEN = tokenOf('ci', 'a'.repeat(43))
const LIMIT = 50
const BATCH = 100

/** A server with authentication that allows {@link LIMIT} requests of one address. */
async function server(environment: Record<string, string> = {}): Promise<ServerProcess> {
  const file = join(await scratch(), 'tokens.json')
  const row = {
    id: 'ci',
    sha256: digest(TOKEN).toString('hex'),
    team: '*',
    scopes: ['stores:read', 'stores:write', 'stores:delete', 'admin'],
    created: new Date().toISOString(),
    expires: new Date(Date.now() + 86_400_000).toISOString(),
  }
  await writeFile(file, JSON.stringify([row]), { mode: 0o600 })
  const limits = { RATE_LIMIT_ADDRESS: String(LIMIT), RATE_WINDOW: '1h' }
  const started = await startServer(await scratch(), {
    TOKENS_FILE: file,
    ...limits,
    ...environment,
  })
  onTestFinished(async () => void (await started.end('SIGTERM')))
  return started
}

/** Sends requests on one connection, a batch at a time. Returns how often each status came. */
async function onOneSocket(
  { url }: ServerProcess,
  count: number,
  headersOf: (n: number) => readonly string[],
): Promise<Record<string, number>> {
  const { hostname, port, host } = new URL(url)
  const socket = connect(Number(port), hostname).setEncoding('latin1')
  const counts: Record<string, number> = {}
  let done = 0
  let rest = ''
  let wake = () => {}
  let isOpen = true
  socket.on('close', () => {
    isOpen = false
    wake()
  })
  socket.on('data', (text: string) => {
    // A status line may be cut in two.
    const lines = (rest + text).split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const status = /HTTP\/1\.1 (\d{3}) /.exec(line)?.[1]
      if (status === undefined) continue
      counts[status] = (counts[status] ?? 0) + 1
      done += 1
    }
    wake()
  })
  for (let sent = 0; sent < count;) {
    const last = Math.min(count, sent + BATCH)
    let batch = ''
    for (; sent < last; sent += 1) {
      const lines = ['GET /api/v1/stores HTTP/1.1', `Host: ${host}`, ...headersOf(sent)]
      batch += `${lines.join('\r\n')}\r\n\r\n`
    }
    socket.write(batch)
    while (done < sent) {
      if (!isOpen) throw new Error('the server closed the connection')
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  socket.destroy()
  return counts
}

const part = () => Math.floor(Math.random() * 256)
const forged = () => `${part()}.${part()}.${part()}.${part()}`
const forgedV6 = () => `2001:db8:${part()}:${part()}::${part()}`
const claims = (n: number) => {
  const address = n % 2 === 0 ? forged() : forgedV6()
  return [
    `X-Forwarded-For: ${address}`,
    `Forwarded: for=${address};host=evil.example;proto=https`,
    `X-Real-IP: ${address}`,
    `X-Forwarded-Host: evil.example`,
    `Authorization: Bearer ${TOKEN}`,
  ]
}

async function residentMiB({ pid }: ServerProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}

it('S1-21 G16 T15 10,000 forged addresses on one socket are one bucket, in flat memory', async () => {
  const one = await server()
  const first = await onOneSocket(one, 2000, claims)
  const before = await residentMiB(one)
  const second = await onOneSocket(one, 10_000, claims)
  expect(first).toEqual({ 200: LIMIT, 429: 2000 - LIMIT })
  expect(second).toEqual({ 429: 10_000 })
  expect((await residentMiB(one)) - before).toBeLessThan(64)
})

it('S1-21 G16 what a client claims behind a trusted proxy is one bucket, and each client has its own', async () => {
  const one = await server({ TRUSTED_PROXIES: '127.0.0.1' })
  const through = (client: string) => (n: number) => {
    const [claimed = '', ...others] = claims(n)
    return [`${claimed}, ${client}`, ...others]
  }
  expect(await onOneSocket(one, 1000, through('203.0.113.7'))).toEqual({
    200: LIMIT,
    429: 1000 - LIMIT,
  })
  expect(await onOneSocket(one, LIMIT, through('203.0.113.8'))).toEqual({ 200: LIMIT })
  // The /64 of an IPv6 client.
  const network = (n: number) => through(`2001:db8:0:7::${n.toString(16)}`)(n)
  expect(await onOneSocket(one, 200, network)).toEqual({ 200: LIMIT, 429: 200 - LIMIT })
})

it('wrong tokens count by client behind a trusted proxy, on both listeners', async () => {
  const secret = 's'.repeat(32)
  const gitAddress = `127.0.0.1:${await freePort()}`
  const one = await server({
    TRUSTED_PROXIES: '127.0.0.1',
    GIT_SERVE_ADDR: gitAddress,
    GIT_SERVE_TOKEN: secret,
  })
  const main = async (client: string, token: string) => {
    const headers = { Authorization: `Bearer ${token}`, 'X-Forwarded-For': `1.2.3.4, ${client}` }
    return (await fetch(`${one.url}/api/v1/me`, { headers })).status
  }
  const git = async (client: string, password: string) => {
    const authorization = `Basic ${Buffer.from(`git:${password}`).toString('base64')}`
    const headers = { Authorization: authorization, 'X-Forwarded-For': client }
    const path = '/git/stores.git/info/refs?service=git-upload-pack'
    return (await fetch(`http://${gitAddress}${path}`, { headers })).status
  }
  for (const [ask, right] of [[main, TOKEN] as const, [git, secret] as const]) {
    for (let n = 0; n < 10; n += 1) expect(await ask('203.0.113.7', 'x')).toBe(401)
    expect(await ask('203.0.113.7', right)).toBe(429)
    expect(await ask('203.0.113.8', right)).toBe(200)
  }
})

it('links follow PUBLIC_URL, whatever forwarding headers say', async () => {
  const port = await freePort()
  const PUBLIC_URL = `http://localhost:${port}`
  const one = await server({
    TRUSTED_PROXIES: '127.0.0.1',
    LISTEN_ADDR: `127.0.0.1:${port}`,
    PUBLIC_URL,
  })
  const evil = {
    'X-Forwarded-Host': 'evil.example',
    'X-Forwarded-Proto': 'gopher',
    'X-Forwarded-For': '203.0.113.7',
    Forwarded: 'host=evil.example;proto=gopher',
    Authorization: `Bearer ${TOKEN}`,
    'Content-Type': 'application/json',
  }
  const created = await fetch(`${one.url}/api/v1/stores`, {
    method: 'POST',
    headers: evil,
    body: '{"name":"shop"}',
  })
  expect([created.status, created.headers.get('Location')]).toEqual([201, '/api/v1/stores/shop'])
  const platform = await fetch(`${one.url}/api/v1/platform`, { headers: evil })
  const texts = [JSON.stringify([...created.headers]), await created.text(), await platform.text()]
  expect(texts.join()).toContain(`${PUBLIC_URL}/git/stores.git`)
  expect(texts.join()).not.toMatch(/evil\.example|gopher/)
})
