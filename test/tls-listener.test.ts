import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { listen } from '../src/server/listen.ts'
import { openTls, readTls } from '../src/server/tls-files.ts'
import { certificates } from './tls.ts'

let folder = ''
const one = certificates('IP:127.0.0.1')
const two = certificates('IP:127.0.0.1')
const place = (name: string) => join(folder, name)
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'storewright-tls-'))))
afterAll(() => rm(folder, { recursive: true }))

async function put(pair: { cert: string; key: string }): Promise<void> {
  for (const [name, text] of [['cert', pair.cert] as const, ['key', pair.key] as const]) {
    await writeFile(place(`${name}.new`), text)
    await rename(place(`${name}.new`), place(name))
  }
}

const config = () => ({ tlsCertFile: place('cert'), tlsKeyFile: place('key') })

/** Text of a response over a connection that accepts certificates of this authority only. */
function get(origin: string, ca: string): Promise<string> {
  const { port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(port), ca, timeout: 5000 })
    let text = ''
    socket.once('secureConnect', () =>
      socket.write('GET /page HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n'),
    )
    socket.setEncoding('utf8').on('data', (part: string) => (text += part))
    socket.once('end', () => resolve(text))
    socket.once('error', reject)
  })
}

it('serves HTTPS, takes a renewed certificate within seconds, and keeps the last good one', async () => {
  await put(one)
  const lines: string[] = []
  const say = (message: string) => void lines.push(message)
  const tls = await openTls(config(), { debug: say, info: say, warn: say, error: say })
  const address = { host: '127.0.0.1', port: 0 }
  const listener = await listen(
    address,
    (request, peer) => new Response(`${request.url} ${peer}`),
    [],
    tls,
  )
  onTestFinished(() => listener.close())
  expect(listener.origin).toMatch(/^https:/)
  expect(await get(listener.origin, one.authority)).toContain('https://a.example/page 127.0.0.1')
  await expect(get(listener.origin, two.authority)).rejects.toThrow(/certificate/)
  await put({ cert: 'broken', key: two.key })
  await until(() => lines.includes('the TLS certificate cannot be read again'))
  expect(await get(listener.origin, one.authority)).toContain('200 OK')
  await put(two)
  await until(() => lines.includes('the TLS certificate was read again'))
  expect(await get(listener.origin, two.authority)).toContain('200 OK')
  await expect(get(listener.origin, one.authority)).rejects.toThrow(/certificate/)
}, 30_000)

it('does not answer a request without TLS', async () => {
  await put(one)
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const tls = await openTls(config(), log)
  const listener = await listen({ host: '127.0.0.1', port: 0 }, () => new Response(''), [], tls)
  onTestFinished(() => listener.close())
  await expect(fetch(listener.origin.replace('https:', 'http:'))).rejects.toThrow()
})

it.each([
  ['a missing file', null, one.key, /^TLS_CERT_FILE: .* cannot be read$/],
  ['an empty file', one.cert, '', /^TLS_KEY_FILE: .* is empty$/],
  ['text that is no PEM', 'broken', one.key, /are not a certificate and its private key in PEM$/],
  ['the key of another certificate', one.cert, two.key, /are not a certificate and its private/],
])('refuses %s', async (_what, cert, key, expected) => {
  await rm(place('cert'), { force: true })
  if (cert !== null) await writeFile(place('cert'), cert)
  await writeFile(place('key'), key)
  await expect(readTls(config())).rejects.toThrow(expected)
})

async function until(isSo: () => boolean): Promise<void> {
  for (let n = 0; n < 150 && !isSo(); n += 1) await new Promise((done) => setTimeout(done, 100))
  expect(isSo()).toBe(true)
}
