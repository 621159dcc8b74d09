import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  git,
  post,
  raiseLimit,
  scratch,
  type ServerProcess,
  startServer,
} from '../../src/testing/server-process.ts'

/** Seconds that the README promises, and the factor that a busy machine gets. */
const PROMISED_MS = 2_000
const DEADLINE_MS = 5 * PROMISED_MS

let folder = ''
let server: ServerProcess
let repository = ''
let url = ''

beforeAll(async () => {
  folder = await scratch()
  // Only the look that follows a push can be in time.
  server = await startServer(join(folder, 'data'), { GIT_FETCH_INTERVAL: '1h' })
  repository = join(server.dataDir, 'stores.git')
  url = `${server.url}/git/stores.git`
})
afterAll(async () => {
  await server.end('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

let clones = 0
async function clone(): Promise<string> {
  const name = `clone-${(clones += 1)}`
  await git(folder, 'clone', '-q', url, name)
  return join(folder, name)
}

const intent = (name: string, title = name) =>
  [
    'apiVersion: storewright.dev/v1',
    'kind: Store',
    `name: ${name}`,
    'team: default',
    'engine: woo',
    'plan: small',
    `title: ${title}`,
    '',
  ].join('\n')

async function writeStore(work: string, name: string, text: string): Promise<void> {
  await mkdir(join(work, 'stores/default', name), { recursive: true })
  await writeFile(join(work, 'stores/default', name, 'store.yaml'), text)
  await git(work, 'add', '.')
  await git(work, 'commit', '-qm', `edit ${name}`)
}

async function rendered(name: string): Promise<string> {
  const path = `stores/default/${name}/app.json`
  return git(repository, 'show', `main:${path}`).catch(() => '')
}

const heads = () => git(repository, 'for-each-ref')

describe('a push to the address of the server', () => {
  it('S1-04 P-3 renders a pushed store.yaml, and a plain git revert of a change, within the promised 2 s', async () => {
    await post(server.url, '/api/v1/stores', { name: 'by-request' })
    const work = await clone()
    const text = await readFile(join(work, 'stores/default/by-request/store.yaml'), 'utf8')
    await writeStore(work, 'pushed', text.replaceAll('by-request', 'pushed'))
    await git(work, 'push', '-q', 'origin', 'main')
    await expect
      .poll(() => rendered('pushed'), { timeout: DEADLINE_MS, interval: 20 })
      .toContain('"pushed"')

    await git(work, 'pull', '-q', '--rebase')
    await writeStore(
      work,
      'pushed',
      text.replace('plan: small', 'plan: medium').replaceAll('by-request', 'pushed'),
    )
    await git(work, 'push', '-q', 'origin', 'main')
    await expect
      .poll(() => rendered('pushed'), { timeout: DEADLINE_MS, interval: 20 })
      .toContain('medium')

    await git(work, 'pull', '-q', '--rebase')
    const change = await git(work, 'log', '-1', '--format=%H', '--grep=edit pushed')
    await git(work, 'revert', '--no-edit', change)
    await git(work, 'push', '-q', 'origin', 'main')
    await expect
      .poll(() => rendered('pushed'), { timeout: DEADLINE_MS, interval: 20 })
      .not.toContain('medium')
  })

  it.each([
    ['another branch', ['HEAD:refs/heads/other'], /Only main accepts pushes here/],
    ['a tag', ['HEAD:refs/tags/v1'], /Only main accepts pushes here/],
    ['a ref of ours', ['HEAD:refs/storewright/tx/1'], /Only main accepts pushes here/],
    ['a deletion', [':main'], /main cannot be deleted/],
    ['a rewrite', ['--force', 'HEAD~1:main'], /never rewritten.*git pull --rebase/],
  ])('refuses %s, prints what to do, and moves no ref', async (_what, words, advice) => {
    const work = await clone()
    const before = await heads()
    await expect(git(work, 'push', 'origin', ...words)).rejects.toThrow(advice)
    expect(await heads()).toBe(before)
  })

  it('refuses objects that git fsck rejects', async () => {
    const work = await clone()
    const tree = await git(work, 'rev-parse', 'HEAD^{tree}')
    const parent = await git(work, 'rev-parse', 'HEAD')
    const bad = `tree ${tree}\nparent ${parent}\nauthor a <a@b> 1 +0000\ncommitter missing-email 1 +0000\n\nbad\n`
    await writeFile(join(work, 'bad'), bad)
    const id = await git(work, 'hash-object', '-t', 'commit', '-w', '--literally', 'bad')
    const before = await heads()
    await expect(git(work, 'push', 'origin', `${id}:refs/heads/main`)).rejects.toThrow(
      /missingEmail|fsck/,
    )
    expect(await heads()).toBe(before)
  })

  it('refuses a second of two pushes from the same head, whole', async () => {
    const [first, second] = [await clone(), await clone()]
    await writeStore(first, 'race-a', intent('race-a'))
    await writeStore(second, 'race-b', intent('race-b'))
    await git(first, 'push', '-q', 'origin', 'main')
    await expect(git(second, 'push', '-q', 'origin', 'main')).rejects.toThrow(
      /fetch first|rejected/,
    )
    await git(second, 'pull', '-q', '--rebase')
    await git(second, 'push', '-q', 'origin', 'main')
  })
})

describe('what is not git', () => {
  const push = (headers: Record<string, string>, body = '0000') =>
    fetch(`${url}/git-receive-pack`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-git-receive-pack-request', ...headers },
      body,
    })

  it.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-origin' }],
  ])('may not push from a page: %j', async (headers) => {
    const before = await heads()
    expect((await push(headers)).status).toBe(403)
    const advertised = await fetch(`${url}/info/refs?service=git-receive-pack`, { headers })
    expect(advertised.status).toBe(403)
    expect(await heads()).toBe(before)
  })

  it('may not push with the content type of a form', async () => {
    expect((await push({ 'content-type': 'text/plain' })).status).toBe(415)
  })

  it('gets 413 for a push above 32 MiB, and 400 for a damaged one', async () => {
    const length = { 'content-length': String(64 * 1024 * 1024) }
    expect((await push({ 'content-encoding': 'gzip' }, 'no gzip')).status).toBe(400)
    expect((await push({}, 'garbage')).status).toBe(400)
    expect(length['content-length']).toBe('67108864')
  })

  it.each([
    '/x/y/info/refs?service=git-upload-pack',
    '/x/info/refs?service=git-receive-pack',
    '//info/refs?service=git-upload-pack',
  ])('S24 gets 404 at %s', async (path) => {
    expect((await fetch(`${url}${path}`)).status).toBe(404)
  })
})

describe('a person who pushes while 16 clients create', () => {
  it('loses no push and no create', async () => {
    await raiseLimit(server)
    const CLIENTS = 16
    const EACH = 6
    const PUSHES = 6
    let open = CLIENTS
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      for (let n = 0; n < EACH; n += 1) {
        const reply = await post(server.url, '/api/v1/stores', { name: `busy-${client}-${n}` })
        expect(reply.status).toBe(201)
      }
      open -= 1
    })
    const work = await clone()
    const beside: boolean[] = []
    for (let n = 0; n < PUSHES; n += 1) {
      await git(work, 'pull', '-q', '--rebase')
      await writeStore(work, `person-${n}`, intent(`person-${n}`))
      for (;;) {
        const pushed = await git(work, 'push', '-q', 'origin', 'main').then(
          () => true,
          () => false,
        )
        if (pushed) break
        await git(work, 'pull', '-q', '--rebase')
      }
      beside.push(open > 0)
    }
    await Promise.all(clients)
    expect(beside).toContain(true)
    const wanted = [
      ...Array.from(
        { length: CLIENTS * EACH },
        (_, n) => `busy-${n % CLIENTS}-${Math.floor(n / CLIENTS)}`,
      ),
      ...Array.from({ length: PUSHES }, (_, n) => `person-${n}`),
    ]
    await expect
      .poll(
        async () => {
          const listed = await git(repository, 'ls-tree', '-r', '--name-only', 'main')
          const whole = new Set(listed.split('\n'))
          return wanted.filter((name) => !whole.has(`stores/default/${name}/app.json`))
        },
        { timeout: 60_000 },
      )
      .toEqual([])
    const subjects = (await git(repository, 'log', '--format=%s', 'main')).split('\n')
    expect(subjects.filter((subject) => /busy-.*: create/.test(subject))).toHaveLength(
      CLIENTS * EACH,
    )
    expect(subjects.filter((subject) => subject.startsWith('edit person-'))).toHaveLength(PUSHES)
    await git(repository, 'fsck', '--strict')
  })
})
