import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeEnvironment } from '../../src/testing/node-environment.ts'
import { git, scratch, type ServerProcess, startServer } from '../../src/testing/server-process.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SECTION = '## With Git alone'
/** The 2 s that the section promises, times five for a busy machine. */
const DEADLINE_MS = 5 * 2_000

let folder = ''
let server: ServerProcess
let readme = ''
let blocks: readonly string[] = []

beforeAll(async () => {
  folder = await scratch()
  // Periodic fetches are too rare, so only the fetch after a push can be in time.
  server = await startServer(join(folder, 'data'), { GIT_FETCH_INTERVAL: '1h' })
  readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  blocks = [...section().matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block ?? '')
  await shell(
    `curl --fail -X POST ${server.url}/api/v1/stores -H 'Content-Type: application/json' -d '{"name":"my-shop"}'`,
  )
  await shell(`git clone -q ${server.url}/git/stores.git`)
})
afterAll(async () => {
  await server.end('SIGTERM')
  await rm(folder, { recursive: true, force: true })
})

function section(): string {
  const begin = readme.indexOf(SECTION)
  return readme.slice(begin, readme.indexOf('\n## ', begin + 1))
}

/** The sentences of the section. */
function sentences(): readonly string[] {
  const prose = section()
    .replace(SECTION, '')
    .replaceAll(/^```sh\n[\s\S]*?^```/gm, '')
  return prose
    .trim()
    .split(/(?<=[.:])\s+(?=[A-Z`])/)
    .map((sentence) => sentence.replaceAll(/\s+/g, ' '))
}

/** Runs a block of commands in a shell and stops at the first failure. */
function shell(commands: string): Promise<string> {
  const words = commands.replaceAll(/^npx storectl/gm, `node ${ROOT}/src/cli/storectl.ts`)
  const env = {
    ...nodeEnvironment,
    PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`,
    HOME: folder,
    STORECTL_SERVER: server.url,
    NO_COLOR: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  }
  return new Promise((resolve, reject) => {
    execFile('bash', ['-ec', words], { cwd: folder, env, timeout: 90_000 }, (error, out, err) => {
      if (error === null) resolve(out)
      else reject(new Error(`${commands}: ${out}${err}`))
    })
  })
}

const clone = () => join(folder, 'stores')
const bare = () => join(server.dataDir, 'stores.git')
const held = (path: string) => git(bare(), 'show', `main:${path}`).catch(() => '')
const appOf = (name: string) => held(`stores/default/${name}/app.json`)

/** Waits until the file on main matches `expected`. @returns milliseconds */
async function seenAfter(path: string, expected: RegExp): Promise<number> {
  const began = performance.now()
  await expect.poll(() => held(path), { timeout: DEADLINE_MS, interval: 20 }).toMatch(expected)
  return performance.now() - began
}

async function listed(url: string): Promise<string> {
  return (await fetch(`${server.url}${url}`)).text()
}

const CHECKED: Readonly<Record<string, () => Promise<void>>> = {
  'The clone holds `stores/<team>/<name>/`.': async () => {
    expect(await git(clone(), 'ls-files', 'stores')).toContain('stores/default/my-shop/')
  },
  '`store.yaml` is the intent.': async () => {
    expect(await held('stores/default/my-shop/store.yaml')).toMatch(/^plan: small$/m)
  },
  '`app.json` and `manifests/` are rendered from it.': async () => {
    const files = await git(clone(), 'ls-files', 'stores/default/my-shop')
    expect(files).toMatch(/app\.json\n[\s\S]*manifests\//)
  },
  'A push to the address that you cloned needs no tool but Git:': async () => {
    expect(blocks).toHaveLength(2)
    await shell(blocks[0] ?? '')
  },
  'The server renders a pushed `store.yaml` within 2 seconds.': async () => {
    await seenAfter('stores/default/third-shop/app.json', /"third-shop"/)
    expect(await appOf('third-shop')).toContain('third-shop')
  },
  'A plain `git revert` of a change is rendered as fast:': async () => {
    await shell(blocks[1] ?? '')
    await seenAfter('stores/default/third-shop/store.yaml', /^title: (?!Autumn)/m)
    // After the reconciler has settled, the API shows the former title.
    await expect
      .poll(() => listed('/api/v1/stores/third-shop'), { timeout: DEADLINE_MS, interval: 20 })
      .toMatch(/^(?!.*Autumn sale)(?=.*"third-shop")/s)
  },
  'The server accepts fast-forwards of `main` and nothing else.': async () => {
    for (const words of ['--force origin HEAD~1:main', 'origin HEAD:other', 'origin :main']) {
      await expect(shell(`git -C stores push ${words}`)).rejects.toThrow(/rejected/)
    }
  },
  'When another change landed first, run `git pull --rebase` and push again.': async () => {
    await shell('git -C stores pull -q --rebase && git -C stores commit -q --allow-empty -m mine')
    await shell('npx storectl set my-shop title=Other')
    await expect(shell('git -C stores push')).rejects.toThrow(/rejected/)
    await shell('git -C stores pull --rebase && git -C stores push')
  },
  'A pushed store whose name another store has is not rendered, and `storectl doctor` names it.':
    async () => {
      await shell(
        [
          'mkdir -p stores/stores/acme/my-shop',
          'sed "s/team: default/team: acme/" stores/stores/default/my-shop/store.yaml > stores/stores/acme/my-shop/store.yaml',
          'git -C stores add stores && git -C stores commit -qm twice',
          'git -C stores pull -q --rebase && git -C stores push -q',
        ].join('\n'),
      )
      await expect
        .poll(() => listed('/api/v1/checks'), { timeout: DEADLINE_MS })
        .toContain('such as stores/acme/my-shop')
      const doctor = await shell('npx storectl doctor || true')
      expect(doctor).toContain('stores/acme/my-shop')
      expect(await held('stores/acme/my-shop/app.json')).toBe('')
      expect(await appOf('my-shop')).toContain('my-shop')
    },
  'One commit is one change of one store.': async () => {
    const ours = await git(bare(), 'log', '--format=%H', '--grep=^store(', 'main')
    for (const commit of ours.split('\n')) {
      const files = await git(bare(), 'show', '--format=', '--name-only', commit)
      const stores = new Set(files.split('\n').map((path) => path.split('/').slice(0, 3).join('/')))
      expect(stores.size).toBe(1)
    }
  },
  'Its trailers state the requester, the request and the generator, with a proof that the server wrote them ([provenance](docs/reliability.md#provenance)).':
    async () => {
      const message = await git(
        bare(),
        'log',
        '-1',
        '--format=%B',
        '--grep=^store(.*: create',
        'main',
      )
      for (const trailer of ['Requested-By: ', 'Request-Id: ', 'Generator: ', 'Server-Mac: ']) {
        expect(message).toContain(trailer)
      }
    },
}

describe('S1-04 the Git section of the README', () => {
  it('has a test for each sentence, in order', () => {
    expect(sentences()).toEqual(Object.keys(CHECKED))
  })

  it.each(Object.keys(CHECKED))('%s', async (sentence) => {
    await CHECKED[sentence]?.()
  })
})
