import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Log } from '../../../domain/ports.ts'
import { listen, type Listener } from '../../../server/listen.ts'
import { FLUSH, pktLine } from '../process/pkt-line.ts'
import { openLocalRemote } from './local-remote.ts'

const silent = () => undefined
const log: Log = { debug: silent, info: silent, warn: silent, error: silent }
const SECRET = 'CANARY-of-a-batch-that-has-not-landed'

let folder = ''
let path = ''
let base = ''
let server: Listener
/** Ids of objects that must not be served, by description. */
const hidden: Record<string, string> = {}
/** Commits of main, oldest first. */
const commits: string[] = []

const environment = () => ({
  PATH: process.env.PATH,
  HOME: folder,
  LC_ALL: 'C.UTF-8',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
})

async function git(directory: string, ...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['-C', directory, ...words], {
    env: environment(),
  })
  return stdout.trim()
}

/** Runs git in the served repository with `input`. */
function feed(words: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', words, { cwd: path, env: environment() })
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.once('close', (code) => (code === 0 ? resolve(out.trim()) : reject(new Error(`${code}`))))
    child.stdin.end(input)
  })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hidden-objects-'))
  const remote = await openLocalRemote({
    dataDir: join(folder, 'data'),
    branch: 'main',
    baseDomain: 'shops.example.com',
    log,
  })
  path = remote.path
  const work = join(folder, 'work')
  await git(folder, 'clone', '-q', path, work)
  for (const name of ['one', 'two', 'three']) {
    await writeFile(join(work, name), name)
    await git(work, 'add', '.')
    await git(work, 'commit', '-qm', name)
    commits.push(await git(work, 'rev-parse', 'HEAD'))
  }
  await git(work, 'push', '-q', 'origin', 'HEAD:main')
  const blob = await feed(['hash-object', '-w', '--stdin'], SECRET)
  const tree = await feed(['mktree'], `100644 blob ${blob}\tsecret\n`)
  const commit = (message: string) => git(path, 'commit-tree', tree, '-p', 'main', '-m', message)
  const tag = `object ${commits[0]}\ntype commit\ntag t\ntagger Ada <a@example.com> 1 +0000\n\n${SECRET}\n`
  Object.assign(hidden, {
    'the tip of a batch': await commit('batch'),
    'the tip of another branch': await commit('branch'),
    'an unreachable commit': await commit('lost'),
    'an unreachable tree': tree,
    'an unreachable blob': blob,
    'an unreachable tag of a commit of main': await feed(['mktag'], tag),
    'a blob of main by its id': await git(path, 'rev-parse', 'main:one'),
    'an id of nothing': '1'.repeat(40),
  })
  await git(path, 'update-ref', 'refs/storewright/tx/01', hidden['the tip of a batch'] ?? '')
  await git(path, 'update-ref', 'refs/heads/private', hidden['the tip of another branch'] ?? '')
  server = await listen({ host: '127.0.0.1', port: 0 }, (request, peer) =>
    remote.packServer.handle(request, { peer, onPush: null }),
  )
  base = `${server.origin}/git/stores.git`
})

afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

const WANTED = [
  'the tip of a batch',
  'the tip of another branch',
  'an unreachable commit',
  'an unreachable tree',
  'an unreachable blob',
  'an unreachable tag of a commit of main',
  'a blob of main by its id',
  'an id of nothing',
]

const post = (body: Buffer, protocol: string) =>
  fetch(`${base}/git-upload-pack`, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: {
      'content-type': 'application/x-git-upload-pack-request',
      'git-protocol': `version=${protocol}`,
    },
  })

const fetchLines = (id: string) =>
  Buffer.concat([
    pktLine('command=fetch'),
    Buffer.from('0001'),
    pktLine('no-progress'),
    pktLine(`want ${id}\n`),
    pktLine('done\n'),
    FLUSH,
  ])

describe('S14 hidden objects of the served repository', () => {
  it.each(['0', '2'])('lists only HEAD and main with protocol version %s', async (version) => {
    const rows = await git(folder, '-c', `protocol.version=${version}`, 'ls-remote', base)
    expect(rows.split('\n').map((row) => row.split('\t')[1])).toEqual(['HEAD', 'refs/heads/main'])
  })

  it.each(WANTED)('refuses git fetch of %s', async (what) => {
    const clone = await mkdtemp(join(folder, 'reader-'))
    await git(clone, 'init', '-q', '--bare')
    await expect(git(clone, 'fetch', base, hidden[what] ?? '')).rejects.toThrow(
      /not our ref [0-9a-f]{40}: only commits of main are served here/,
    )
  })

  it.each(WANTED)(
    'refuses a handwritten request for %s in every protocol version',
    async (what) => {
      const id = hidden[what] ?? ''
      const v0 = Buffer.concat([pktLine(`want ${id} ofs-delta\n`), FLUSH, pktLine('done\n')])
      for (const [body, protocol] of [
        [fetchLines(id), '2'],
        [fetchLines(id.toUpperCase()), '2'],
        [v0, '0'],
        [v0, '1'],
      ] as const) {
        const said = await (await post(body, protocol)).text()
        expect(said).toContain('ERR upload-pack: not our ref')
        expect(said).not.toContain('PACK')
      }
    },
  )

  it('refuses a request that wants a commit of main and an unreachable one', async () => {
    const both = Buffer.concat([
      pktLine('command=fetch'),
      Buffer.from('0001'),
      ...[commits[2], hidden['an unreachable commit']].map((id) => pktLine(`want ${id}\n`)),
      pktLine('done\n'),
      FLUSH,
    ])
    expect(await (await post(both, '2')).text()).not.toContain('PACK')
  })

  it('refuses to return the size of an object', async () => {
    const id = hidden['an unreachable blob']
    const asked = Buffer.concat([
      pktLine('command=object-info'),
      Buffer.from('0001'),
      pktLine('size'),
      pktLine(`oid ${id}`),
      FLUSH,
    ])
    expect((await post(asked, '2')).status).toBe(400)
  })

  it('refuses hidden refs by name', async () => {
    const clone = await mkdtemp(join(folder, 'reader-'))
    await git(clone, 'init', '-q', '--bare')
    for (const ref of ['refs/heads/private', 'refs/storewright/tx/01']) {
      await expect(git(clone, 'fetch', base, ref)).rejects.toThrow(/couldn't find remote ref/)
    }
  })
})

describe('fetches of Argo CD from the served repository', () => {
  const clone = async () => {
    const made = await mkdtemp(join(folder, 'argo-'))
    await git(made, 'init', '-q')
    await git(made, 'remote', 'add', 'origin', base)
    return made
  }

  // Source: argo-cd util/git/client.go, `fetch` and `checkoutRevision`.
  it('serves main, then an older revision of it by id', async () => {
    const made = await clone()
    await git(made, 'fetch', 'origin', '--tags', '--force', '--prune')
    await git(made, 'checkout', '-q', '--force', commits[2] ?? '')
    const other = await clone()
    await git(other, 'fetch', 'origin', commits[0] ?? '', '--tags', '--force', '--prune')
    await git(other, 'checkout', '-q', '--force', commits[0] ?? '')
    expect(await git(other, 'rev-parse', 'HEAD')).toBe(commits[0])
  })

  it('serves a branch or an older revision with a depth', async () => {
    for (const revision of ['main', commits[1] ?? '', commits[2] ?? '']) {
      const made = await clone()
      await git(made, 'fetch', 'origin', revision, '--depth', '1', '--force', '--prune')
      expect(await git(made, 'rev-list', '--count', 'FETCH_HEAD')).toBe('1')
    }
  })

  it('serves a full clone for a partial clone request, because filters are off', async () => {
    const made = join(folder, 'partial')
    await git(folder, 'clone', '-q', '--filter=blob:none', base, made)
    expect(await git(made, 'rev-parse', 'HEAD')).toBe(commits[2])
    await git(made, 'fsck', '--strict')
  })
})
