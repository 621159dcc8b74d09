import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Cache } from '../../src/adapters/git/cache/cache.ts'
import { importCommits } from '../../src/adapters/git/write/fast-import.ts'
import { pushCommits } from '../../src/adapters/git/write/push.ts'
import type { BareRemote, BareRemoteOptions, ServedRemote } from '../../src/testing/bare-remote.ts'
import { createChange } from '../../src/testing/writes.ts'
import { harness, over } from './harness.ts'

const AUTHOR = { name: 'storewright', email: 'storewright@localhost' }
/** Seconds since the epoch: both ways make the same commits. */
const AT = 1_790_000_000

interface Stage {
  readonly remote: BareRemote
  readonly served: ServedRemote
  readonly cache: Cache
  readonly base: string
  readonly head: string
}

/** Two commits in a cache, ready to be pushed. */
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

/** The same cache, spoken for by git's own programs. */
function stock(cache: Cache): Cache {
  return Object.defineProperty(cache, 'http', { value: null })
}

/** `User-Agent` of each request from now on: who speaks, this process or git. */
function speakers({ served }: Pick<Stage, 'served'>): string[] {
  const seen: string[] = []
  served.intercept = ({ headers }) => {
    seen.push(headers['user-agent'] ?? '')
    return false
  }
  return seen
}

describe.each(['sha1', 'sha256'] as const)('where nothing is in the way, %s', (objectFormat) => {
  it('pushes and fetches are spoken by this process alone', async () => {
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
  ['nothing is in the way', () => {}],
  ['nothing is in the way of a sha256 repository', () => {}, { objectFormat: 'sha256' }],
  ['a person pushed meanwhile', ({ remote }) => remote.commit({ 'README.md': 'mine' })],
  ['the branch is gone', ({ remote }) => remote.git(['update-ref', '-d', 'refs/heads/main'])],
  [
    'a hook refuses, and says why',
    ({ remote }) => remote.hook('pre-receive', 'echo "no shops on friday"; exit 1'),
  ],
  ['a hook refuses without a word', ({ remote }) => remote.hook('update', 'exit 1')],
  [
    'somebody holds the branch',
    ({ remote }) => writeFile(join(remote.path, 'refs/heads/main.lock'), ''),
  ],
  ['the credential is refused', ({ served }) => (served.credential = 'writer:other')],
  ['the credential may not push', status(403, /receive-pack/)],
  ['the remote is in trouble before it is asked', status(503, /GET/)],
  ['the remote is in trouble when it has the pack', status(500, /POST/)],
  ['the pack is too large for it', status(413, /POST/)],
  ['the connection ends before an answer', cut(/POST/)],
  ['the connection ends before anything was sent', cut(/GET/)],
  ['it moved elsewhere', status(301, /GET/)],
  ['it is gone', status(404, /GET/)],
  ['its answer is lost', ({ served }) => (served.loseAnswers = true)],
  ['nobody listens', ({ served }) => served.close()],
])

describe('a push by this process ends as one by git does when', () => {
  it.each(pushes)('%s', async (_, fault, options) => {
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

  it('another push on the same connection came second', async () => {
    const at = await stage({}, true)
    const first = await pushCommits(at.cache, at.base, at.head)
    const asked: string[] = []
    at.served.intercept = ({ method }) => {
      asked.push(method ?? '')
      return false
    }
    const second = await pushCommits(at.cache, at.base, at.head)
    // The remote was not asked again where its branch is: it compares by itself.
    expect([first.outcome, second.outcome, asked]).toEqual(['done', 'lost', ['POST']])
    expect(await at.remote.head()).toBe(at.head)
    // Not there any more: no doubt that nothing landed.
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
    'begins anew, unrelated to what was known',
    async ({ remote }) => {
      const tree = (await remote.git(['rev-parse', 'main^{tree}'])).trim()
      const identity = ['-c', 'user.name=p', '-c', 'user.email=p@example.com']
      const root = await remote.git([...identity, 'commit-tree', '-m', 'anew', tree])
      await remote.git(['update-ref', 'refs/heads/main', root.trim()])
    },
  ],
  ['is gone', ({ remote }) => remote.git(['update-ref', '-d', 'refs/heads/main'])],
  ['is behind a credential that is refused', ({ served }) => (served.credential = 'writer:other')],
  ['is behind a remote in trouble', status(503, /./)],
  [
    'is behind a connection that ends',
    async (at) => {
      await at.remote.commit({ 'README.md': 'mine' })
      cut(/POST/)(at)
    },
  ],
  ['is behind one that nobody answers', ({ served }) => served.close()],
])

describe('a fetch by this process gives what one by git does when the branch', () => {
  it.each(moves)('%s', async (_, move, options) => {
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
  })

  it.each([
    ['cut short', (pack: Buffer) => pack.subarray(0, -30)],
    ['with a flipped bit', (pack: Buffer) => flipped(pack)],
  ])('came in a pack %s: git brings it', async (_, damage) => {
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

/** The same remote behind TLS, with a certificate that no system knows. */
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

describe.skipIf(!openssl)('over TLS (needs openssl: apt-get install openssl)', () => {
  it.each([true, false])(
    'a bundle of the operator is what counts; by this process: %s',
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
