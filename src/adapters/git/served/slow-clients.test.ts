import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Log } from '../../../domain/ports.ts'
import { listen, type Listener } from '../../../server/listen.ts'
import { FLUSH, pktLine } from '../process/pkt-line.ts'
import { openLocalRemote } from './local-remote.ts'

const silent = () => undefined
const told: string[] = []
const log: Log = {
  debug: silent,
  info: (message) => void told.push(message),
  warn: silent,
  error: silent,
}
/** Longest wait of another client: 1 s, times five for a busy machine. */
const PROMPT_MS = 5 * 1_000
/**
 * A slow client keeps its place for 5 s while another request waits, times five for a busy machine.
 */
const CONTENDED_MS = 5 * 5_000
const SELF = '127.0.0.1'
/** Linux routes all of 127.0.0.0/8 to this machine. */
const OTHER = '127.0.0.2'

let folder = ''
let head = ''
let server: Listener
const open: Socket[] = []

async function git(directory: string, ...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['-C', directory, ...words], {
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_AUTHOR_NAME: 'Ada',
      GIT_AUTHOR_EMAIL: 'ada@example.com',
      GIT_COMMITTER_NAME: 'Ada',
      GIT_COMMITTER_EMAIL: 'ada@example.com',
    },
  })
  return stdout.trim()
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slow-clients-'))
  const remote = await openLocalRemote({
    dataDir: join(folder, 'data'),
    branch: 'main',
    baseDomain: 'shops.example.com',
    log,
  })
  const work = join(folder, 'work')
  await git(folder, 'clone', '-q', remote.path, work)
  // Larger than the buffers of two sockets, and incompressible.
  await writeFile(join(work, 'large.bin'), randomBytes(24 * 1024 * 1024))
  await git(work, 'add', '.')
  await git(work, 'commit', '-qm', 'large')
  await git(work, 'push', '-q', 'origin', 'HEAD:main')
  head = await git(work, 'rev-parse', 'HEAD')
  server = await listen({ host: '0.0.0.0', port: 0 }, (request, peer) =>
    remote.packServer.handle(request, { peer, onPush: null }),
  )
})
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy()
  await sleep(500)
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

interface Slow {
  /** The received part of the response, at most about 2 KB. */
  readonly text: () => string
}

/** Opens a connection from `from` that sends `lines` and reads 1 KB per second. */
function slowly(from: string, lines: string | Buffer): Slow {
  const socket = connect({
    host: SELF,
    port: server.port,
    localAddress: from,
    highWaterMark: 1024,
  } as never)
  open.push(socket)
  let text = ''
  let ended = false
  socket.on('error', () => (ended = true)).on('close', () => (ended = true))
  socket.write(lines)
  const timer = setInterval(() => {
    const bytes = socket.read(Math.min(1024, socket.readableLength)) as Buffer | null
    if (text.length < 2048) text += bytes?.toString('latin1') ?? ''
    if (ended) clearInterval(timer)
  }, 1000).unref()
  return { text: () => text }
}

function post(body: Buffer, length = body.length): Buffer {
  const words = [
    'POST /git/stores.git/git-upload-pack HTTP/1.1',
    'Host: localhost',
    'Git-Protocol: version=2',
    'Content-Type: application/x-git-upload-pack-request',
    `Content-Length: ${length}`,
    '\r\n',
  ].join('\r\n')
  return Buffer.concat([Buffer.from(words), body])
}

const clonePack = () =>
  post(
    Buffer.concat([
      pktLine('command=fetch'),
      Buffer.from('0001'),
      pktLine(`want ${head}\n`),
      pktLine('done\n'),
      FLUSH,
    ]),
  )

/** Duration of a git command in milliseconds. */
async function timed(...words: string[]): Promise<number> {
  const began = performance.now()
  await git(folder, ...words)
  return performance.now() - began
}

let clones = 0
const url = () => `http://${SELF}:${server.port}/git/stores.git`
const clone = () => timed('clone', '-q', '--bare', url(), `clone-${(clones += 1)}`)

describe.skipIf(process.platform !== 'linux')('clients that read a pack at 1 KB/s', () => {
  it('S7 serves a clone and ls-remote of another address promptly while eight slow clients read', async () => {
    const readers = Array.from({ length: 8 }, () => slowly(OTHER, clonePack()))
    await sleep(1500)
    expect(await timed('ls-remote', '-q', url())).toBeLessThan(PROMPT_MS)
    expect(await clone()).toBeLessThan(PROMPT_MS)
    expect(readers).toHaveLength(8)
    expect(told).not.toContain('ended a fetch because its client reads too slowly')
  })

  it('S7 gives the places of eight slow clients to other requests of the same address within seconds', async () => {
    const readers = Array.from({ length: 8 }, () => slowly(SELF, clonePack()))
    await sleep(1500)
    expect(await timed('ls-remote', '-q', url())).toBeLessThan(PROMPT_MS)
    expect(await clone()).toBeLessThan(CONTENDED_MS)
    expect(told).toContain('ended a fetch because its client reads too slowly')
    expect(readers).toHaveLength(8)
  })

  it('returns 429 with Retry-After to slow clients beyond the limit of their address', async () => {
    const readers = Array.from({ length: 48 }, () => slowly(OTHER, clonePack()))
    await expect
      .poll(() => readers.filter((reader) => reader.text().startsWith('HTTP/1.1 429')).length, {
        timeout: 20_000,
      })
      .toBeGreaterThan(5)
    const refused = readers.find((reader) => reader.text().startsWith('HTTP/1.1 429'))
    expect(refused?.text().toLowerCase()).toContain('retry-after: 5')
    expect(refused?.text()).toContain('This address has too many requests')
    expect(await clone()).toBeLessThan(PROMPT_MS)
  })
})

describe.skipIf(process.platform !== 'linux')('request bodies that never end', () => {
  it('S7 serves other requests promptly and buffers at most 1 MiB per unfinished body', async () => {
    const large = slowly(OTHER, post(Buffer.from('0'), 9_400_000))
    const before = process.memoryUsage().rss
    Array.from({ length: 40 }, () => slowly(OTHER, post(Buffer.alloc(900_000, '0'), 1_000_000)))
    await sleep(1500)
    expect(await timed('ls-remote', '-q', url())).toBeLessThan(PROMPT_MS)
    expect(await clone()).toBeLessThan(PROMPT_MS)
    expect(large.text()).toMatch(/^HTTP\/1.1 413/)
    expect((process.memoryUsage().rss - before) / 1024 / 1024).toBeLessThan(150)
  })
})
