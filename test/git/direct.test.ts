import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Cache } from '../../src/adapters/git/cache/cache.ts'
import { pushCommits } from '../../src/adapters/git/remote/push.ts'
import { importCommits } from '../../src/adapters/git/write/fast-import.ts'
import type { BareRemote, BareRemoteOptions, ServedRemote } from '../../src/testing/bare-remote.ts'
import { createChange } from '../../src/testing/writes.ts'
import { harness, over } from './harness.ts'

const AUTHOR = { name: 'storewright', email: 'storewright@localhost' }
/**
 * Commit time, seconds since the epoch, fixed so that both implementations make the same commits.
 */
const AT = 1_790_000_000

interface Stage {
  readonly remote: BareRemote
  readonly served: ServedRemote
  readonly cache: Cache
  readonly base: string
  readonly head: string
}

/** A cache with two commits that can be pushed. */
async function stage(options: BareRemoteOptions, direct: boolean): Promise<Stage> {
  const { remote, serve, cache: open } = await harness(options)
  const served = await serve()
  served.credential = 'writer:right'
  const cache = await open(over(served, 'right'))
  const base = await cache.head()
  cache.remember(base)
  const commits = ['one', 'two'].map((name) => ({
    change: createChange('acme', name),
    message: `add ${name}\n`,
  }))
  const { ids } = await importCommits(cache.profile, base, commits, AUTHOR, AT)
  return { remote, served, cache: direct ? cache : stock(cache), base, head: ids.at(-1) ?? '' }
}

/** Makes a cache use git's own programs. */
function stock(cache: Cache): Cache {
  return Object.defineProperty(cache, 'http', { value: null })
}

/** Records the `User-Agent` of each request, which tells this process from git. */
function speakers({ served }: Pick<Stage, 'served'>): string[] {
  const seen: string[] = []
  served.intercept = ({ headers }) => {
    seen.push(headers['user-agent'] ?? '')
    return false
  }
  return seen
}

describe.each(['sha1', 'sha256'] as const)('HTTP client, %s', (objectFormat) => {
  it('pushes and fetches without git programs if there is no fault', async () => {
    const at = await stage({ objectFormat }, true)
    const seen = speakers(at)
    expect((await pushCommits(at.cache, at.base, at.head)).outcome).toBe('done')
    const head = await at.remote.commit({ 'README.md': 'mine' })
    expect(await at.cache.fetch()).toBe(head)
    expect(seen).toEqual(Array.from({ length: 4 }, () => 'git/storewright'))
  })
})

type Fault = (stage: Stage) => unknown
const status = (code: number, of: RegExp) => (at: Stage) => {
  at.served.intercept = ({ method, url = '' }, response) => {
    if (!of.test(`${method} ${url}`)) return false
    response.writeHead(code).end('no')
    return true
  }
}
const cut = (of: RegExp) => (at: Stage) => {
  at.served.intercept = (request) => {
    if (!of.test(`${request.method} ${request.url}`)) return false
    request.socket.destroy()
    return true
  }
}

type Row = readonly [what: string, happens: Fault, options?: BareRemoteOptions]
const rows = (given: readonly Row[]) =>
  given.map(([what, happens, options = {}]) => [what, happens, options] as const)

const pushes = rows([
  ['there is no fault', () => {}],
  ['there is no fault in a sha256 repository', () => {}, { objectFormat: 'sha256' }],
  ['a person pushed first', ({ remote }) => remote.commit({ 'README.md': 'mine' })],
  ['the branch is gone', ({ remote }) => remote.git(['update-ref', '-d', 'refs/heads/main'])],
  [
    'a hook rejects it with a message',
    ({ remote }) => remote.hook('pre-receive', 'echo "no shops on friday"; exit 1'),
  ],
  ['a hook rejects it without a message', ({ remote }) => remote.hook('update', 'exit 1')],
  [
    'the branch is locked',
    ({ remote }) => writeFile(join(remote.path, 'refs/heads/main.lock'), ''),
  ],
  ['the credential is refused', ({ served }) => (served.credential = 'writer:other')],
  ['the credential may not push', status(403, /receive-pack/)],
  ['the remote returns 503 to the first request', status(503, /GET/)],
  ['the remote returns 500 to the pack', status(500, /POST/)],
  ['the remote refuses a large pack with 413', status(413, /POST/)],
  ['the connection closes before the response', cut(/POST/)],
  ['the connection closes before the pack is sent', cut(/GET/)],
  ['the remote redirects', status(301, /GET/)],
  ['the remote returns 404', status(404, /GET/)],
  ['the response is lost', ({ served }) => (served.loseAnswers = true)],
  ['the connection is refused', ({ served }) => served.close()],
])

describe('push by this process', () => {
  it.each(pushes)('has the same outcome as git push when %s', async (_, fault, options) => {
    const [ours, gits] = await Promise.all(
      [true, false].map(async (direct) => {
        const at = await stage(options, direct)
        await fault(at)
        const { outcome, maybeLanded, policyReason } = await pushCommits(at.cache, at.base, at.head)
        const main = await at.remote
          .git(['rev-parse', '-q', '--verify', 'main^{tree}'])
          .catch(() => '')
        return { outcome, maybeLanded, policyReason, main }
      }),
    )
    expect(ours).toEqual(gits)
  })

  it('reports a lost race for a second push on the same connection', async () => {
    const at = await stage({}, true)
    const first = await pushCommits(at.cache, at.base, at.head)
    const asked: string[] = []
    at.served.intercept = ({ method }) => {
      asked.push(method ?? '')
      return false
    }
    const second = await pushCommits(at.cache, at.base, at.head)
    // The branch was not requested again, because the remote compares the old value itself.
    expect([first.outcome, second.outcome, asked]).toEqual(['done', 'lost', ['POST']])
    expect(await at.remote.head()).toBe(at.head)
    // Without a connection it is certain that nothing landed.
    await at.served.close()
    expect(await pushCommits(at.cache, at.base, at.head)).toMatchObject({
      outcome: 'unavailable',
      maybeLanded: false,
    })
  })
})

const moves = rows([
  ['did not move', () => {}],
  ['moved by one commit', ({ remote }) => remote.commit({ 'README.md': 'mine' })],
  [
    'moved in a sha256 repository',
    ({ remote }) => remote.commit({ 'README.md': 'mine' }),
    { objectFormat: 'sha256' },
  ],
  [
    'moved by many commits, one of them large',
    async ({ remote }) => {
      await remote.commit({ 'large.bin': 'x'.repeat(2_000_000) })
      for (let n = 0; n < 20; n += 1) await remote.commit({ 'README.md': `${n}` })
    },
  ],
  [
    'was replaced by an unrelated history',
    async ({ remote }) => {
      const tree = (await remote.git(['rev-parse', 'main^{tree}'])).trim()
      const identity = ['-c', 'user.name=p', '-c', 'user.email=p@example.com']
      const root = await remote.git([...identity, 'commit-tree', '-m', 'anew', tree])
      await remote.git(['update-ref', 'refs/heads/main', root.trim()])
    },
  ],
  ['is gone', ({ remote }) => remote.git(['update-ref', '-d', 'refs/heads/main'])],
  ['needs a credential that is refused', ({ served }) => (served.credential = 'writer:other')],
  ['cannot be read because of a 503', status(503, /./)],
  [
    'cannot be read because the connection closes',
    async (at) => {
      await at.remote.commit({ 'README.md': 'mine' })
      cut(/POST/)(at)
    },
  ],
  ['cannot be read because the connection is refused', ({ served }) => served.close()],
])

describe('fetch by this process', () => {
  it.each(moves)(
    'has the same result as git fetch when the branch %s',
    async (_, move, options) => {
      const [ours, gits] = await Promise.all(
        [true, false].map(async (direct) => {
          const at = await stage(options, direct)
          await move(at)
          const there = await at.remote.git(['rev-parse', '-q', '--verify', 'main']).catch(() => '')
          const got = await at.cache.fetch().catch((error: Error & { outcome?: string }) => error)
          if (got instanceof Error) return { failed: (got as { outcome?: string }).outcome }
          const whole = await at.cache.isSound()
          const tree = await at.cache.objects.info(`${got}^{tree}`)
          return { newest: got === there.trim(), whole, tree: tree?.id }
        }),
      )
      expect(ours).toEqual(gits)
    },
  )

  it.each([
    ['is truncated', (pack: Buffer) => pack.subarray(0, -30)],
    ['has a flipped bit', (pack: Buffer) => flipped(pack)],
  ])('falls back to git fetch if the pack %s', async (_, damage) => {
    const at = await stage({}, true)
    const head = await at.remote.commit({ 'README.md': 'mine' })
    let damaged = 0
    at.served.intercept = (request, response) => {
      if (request.method !== 'POST' || damaged > 0) return false
      damaged += 1
      const { write } = response
      response.write = ((chunk: Buffer) => write.call(response, damage(chunk), 'utf8')) as never
      return false
    }
    expect(await at.cache.fetch()).toBe(head)
    expect(damaged).toBe(1)
    expect(await at.cache.isSound()).toBe(true)
  })
})

/** The remote behind TLS with a self-signed certificate. */
async function secured(port: number) {
  const folder = await mkdtemp(join(tmpdir(), 'storewright-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const name = ['-subj', '/CN=stores', '-addext', 'subjectAltName=IP:127.0.0.1']
  const form = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2']
  execFileSync('openssl', ['req', ...form, ...name, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  })
  const options = { key: await readFile(key), cert: await readFile(cert) }
  const server = createServer(options, (socket) => {
    const plain = connect(port, '127.0.0.1')
    for (const side of [socket, plain]) side.on('error', () => {})
    socket.pipe(plain).pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.close()
    await rm(folder, { recursive: true })
  })
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/stores.git`, cert }
}

const openssl = spawnSync('openssl', ['version']).status === 0

describe.skipIf(!openssl)('HTTP client over TLS (needs openssl: apt-get install openssl)', () => {
  it.each([true, false])(
    'trusts only the configured CA bundle; by this process: %s',
    async (direct) => {
      const { remote, serve, cache: open } = await harness()
      const served = await serve()
      const { url, cert } = await secured(served.port)
      const opened = async (caFile?: string) => {
        const trusted = caFile === undefined ? {} : { caFile }
        const cache = await open({ kind: 'https', url, username: 'writer', ...trusted })
        cache.remember(await cache.head())
        return direct ? cache : stock(cache)
      }
      const cache = await opened(cert)
      const seen = speakers({ served })
      const head = await remote.commit({ 'README.md': 'mine' })
      expect(await cache.fetch()).toBe(head)
      const change = { change: createChange('acme', 'one'), message: 'add one\n' }
      const { ids } = await importCommits(cache.profile, head, [change], AUTHOR, AT)
      const { outcome } = await pushCommits(cache, head, ids[0] ?? '')
      expect([outcome, await remote.head()]).toEqual(['done', ids[0]])
      expect(new Set(seen.map((agent) => agent === 'git/storewright'))).toEqual(new Set([direct]))
      await expect(opened()).rejects.toMatchObject({ outcome: 'unavailable' })
    },
  )
})

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  const middle = Math.floor(copy.length / 2)
  copy[middle] = (copy[middle] ?? 0) ^ 0x10
  return copy
}
