import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../src/contract/store.ts'
import { nodeEnvironment } from '../../src/testing/node-environment.ts'
import {
  keepDeleted,
  scratch,
  type ServerProcess,
  startServer,
} from '../../src/testing/server-process.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Commands of the README that cannot run inside a test, and where they run instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'npm start':
    'src/main.ts is what it starts: every test of the server; the set-up before it is what CI does first',
  'npm test': 'this runs inside of it',
  'TOKENS_FILE=tokens.json npm start': 'test/git/tokens.test.ts starts a server in this way',
}

let folder = ''
let server: ServerProcess
beforeAll(async () => {
  folder = await scratch()
  server = await startServer(join(folder, 'data'))
})
afterAll(async () => {
  await server.end('SIGTERM')
  await rm(folder, { recursive: true, force: true })
})

/** Git identity of the reader. */
const PERSON = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_CONFIG_SYSTEM: '/dev/null',
} as const

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

function shell(command: string): Promise<Ended> {
  const words = command
    .replaceAll(/(?:localhost|127\.0\.0\.1):8080/g, new URL(server.url).host)
    .replaceAll('examples/', `${ROOT}/examples/`)
    // Without this option curl exits with 0 on an HTTP error.
    .replace(/^curl /, 'curl --fail-with-body ')
    .replace(/^npx storectl/, `node ${ROOT}/src/cli/storectl.ts`)
  return new Promise((resolve) => {
    const path = `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`
    const env = {
      ...nodeEnvironment,
      PATH: path,
      HOME: folder,
      STORECTL_SERVER: server.url,
      NO_COLOR: '1',
      ...PERSON,
    }
    execFile('bash', ['-c', words], { cwd: folder, env, timeout: 60_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
  })
}

/** Output without what differs from run to run: commits, ages, and the width of columns. */
function lasting(output: string): string {
  return output
    .replaceAll(/\b[0-9a-f]{12}\b/g, 'COMMIT')
    .replaceAll(/\b\d+s\b/g, 'AGE')
    .replaceAll(/ +/g, ' ')
}

const storectl = (words: string) => shell(`npx storectl ${words}`)

describe('the README', () => {
  it('S1-48 contains only commands that work in their order', async () => {
    const text = await readFile(join(ROOT, 'README.md'), 'utf8')
    const blocks = [...text.matchAll(/^```(sh|text)\n([\s\S]*?)^```/gm)]
    const failed: string[] = []
    let printed = ''
    let commands = 0
    const compared: [printed: string, shown: string][] = []
    for (const [, kind, block = ''] of blocks) {
      if (kind === 'text') {
        // The first is what `npm start` prints.
        if (printed === '') continue
        compared.push([lasting(printed), lasting(block)])
        continue
      }
      for (const command of block.trim().split('\n')) {
        if (Object.hasOwn(ELSEWHERE, command)) continue
        const { code, out, err } = await shell(command)
        if (code !== 0) failed.push(`${command}: ${err}`)
        printed = out
        commands += 1
      }
    }
    expect(failed).toEqual([])
    expect(commands).toBeGreaterThan(7)
    expect(compared).toHaveLength(2)
    expect(compared.map(([out]) => out)).toEqual(compared.map(([, shown]) => shown))
  })

  it('shows what `npm start` prints', async () => {
    const text = await readFile(join(ROOT, 'README.md'), 'utf8')
    const shown = /^```text\n([\s\S]*?)^```/m.exec(text)?.[1] ?? ''
    const lines = shown.split('\n').filter((line) => line.trim() !== '')
    expect(lines.length).toBeGreaterThan(2)
    for (const line of lines) {
      expect(server.greeting()).toContain(line.replace('localhost:8080', new URL(server.url).host))
    }
  })

  it('names scripts that exist', async () => {
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: object
    }
    for (const file of ['README.md', 'CONTRIBUTING.md']) {
      const text = await readFile(join(ROOT, file), 'utf8')
      const named = [...text.matchAll(/npm run (?:-s |--silent )?([a-z:]+)/g)].map(
        ([, name]) => name ?? '',
      )
      expect(
        named.filter((name) => !Object.hasOwn(scripts, name)),
        file,
      ).toEqual([])
    }
  })
})

describe('storectl', () => {
  it('S1-49 S1-48 creates a store, waits until it is Ready and prints its address', async () => {
    const made = await storectl('create by-cli --plan large --reason "a test" --wait -o json')
    expect(made.code).toBe(0)
    expect(made.err).toMatch(/committed [0-9a-f]{12}\n[\s\S]*Ready \(Serving\)/)
    expect(JSON.parse(made.out) as Store).toMatchObject({
      name: 'by-cli',
      phase: 'Ready',
      url: 'http://by-cli.127-0-0-1.nip.io',
    })
    expect((await storectl('get by-cli -w')).err).toContain('Ready')
    expect((await storectl('wait by-cli --for=Ready --timeout 5s')).code).toBe(0)
    const list = await storectl('list -o wide')
    expect(list.out).toMatch(
      /^NAME +PLAN +SYNC +HEALTH +CHANGE +AGE +URL +TEAM +PHASE +REVISION +REASON\n/,
    )
    expect(list.out).toMatch(/by-cli +large +Synced +Healthy \(simulated\) +Live/)
    expect((await storectl('list -o name --no-headers')).out).toContain('by-cli\n')
  })

  it('appears as source cli in the history', async () => {
    const history = await fetch(`${server.url}/api/v1/stores/by-cli/history`)
    expect(await history.json()).toMatchObject([{ source: 'cli', reason: 'a test' }])
  })

  it.each([
    [3, 'get nobody'],
    [4, 'create by-cli'],
    [2, 'create grafana'],
    [2, 'get'],
    [2, 'surprise'],
    [2, 'wait by-cli --timeout soon'],
    [5, 'wait by-cli --for=Suspended --timeout 1s'],
    [1, 'list --server http://127.0.0.1:9'],
    [1, 'preview -f none.yaml'],
  ])('exits with %i for %s and prints the reason to standard error', async (code, words) => {
    const ended = await storectl(words)
    expect([ended.code, ended.out]).toEqual([code, ''])
    expect(ended.err.length).toBeGreaterThan(10)
  })

  it('changes, suspends, resumes, deletes and restores a store, each a commit with its reason', async () => {
    await keepDeleted(server)
    await storectl('create changing')
    const set = await storectl(
      'set changing plan=medium site.currency=EUR title="New title" --reason sale -o json',
    )
    expect([set.code, set.err]).toEqual([0, expect.stringMatching(/^committed [0-9a-f]{12}$/m)])
    expect(JSON.parse(set.out) as Store).toMatchObject({ plan: 'medium', title: 'New title' })
    for (const [command, lifecycle] of [
      ['suspend changing', 'suspended'],
      ['resume changing', 'active'],
      ['retry changing --what credentials', 'active'],
    ]) {
      const { code, out } = await storectl(`${command} -o json`)
      expect([code, (JSON.parse(out) as Store).lifecycle]).toEqual([0, lifecycle])
    }
    expect((await storectl('delete changing')).code).toBe(2)
    expect((await storectl('delete changing --yes --reason "a mistake"')).code).toBe(0)
    expect((await storectl('restore changing')).code).toBe(0)
    const history = await fetch(`${server.url}/api/v1/stores/changing/history`)
    expect(((await history.json()) as { action: string }[]).map(({ action }) => action)).toEqual([
      'restore',
      'delete',
      'retry',
      'resume',
      'suspend',
      'update',
      'create',
    ])
    expect((await storectl('set changing plan=huge')).code).toBe(2)
    expect((await storectl('set changing plan')).code).toBe(2)
  })

  it('S2-31 shows history and differences, previews a change and reverts it', async () => {
    await storectl('create told')
    const dry = await storectl('set told title="Sale" --dry-run')
    expect([dry.code, dry.out]).toEqual([
      0,
      expect.stringMatching(/^-title: told\n\+title: Sale$/m),
    ])
    await storectl('set told title="Sale" --reason "the sale begins"')
    const newest = async () => (await storectl('history told -o name')).out.split('\n')[0] ?? ''
    const sale = await newest()
    expect((await storectl(`diff told ${sale}`)).out).toMatch(/^@@ -\d+,\d+ \+\d+,\d+ @@$/m)
    expect((await storectl('diff told')).out).toContain('+title: Sale\n')
    expect((await storectl(`revert told ${sale}`)).code).toBe(2)
    const revert = await storectl(`revert told ${sale} --reason "the sale is over"`)
    expect([revert.code, revert.err]).toEqual([
      ...[0, expect.stringContaining('#/title "Sale" -> "told"')],
    ])
    const table = (await storectl('history told')).out.split('\n')
    expect(table[0]).toMatch(/^COMMIT +AT +ACTION +STORE +BY +SOURCE +RESULT +WHAT$/)
    expect(table[1]).toMatch(/ revert +told +local +cli +(?:Committed|Synced|Live) /)
    const taken = `[taken back by ${(await newest()).slice(0, 12)}]`
    expect(table[2]?.endsWith(`: the sale begins ${taken}`)).toBe(true)
    const csv = await storectl('audit --csv --store told --action revert')
    expect(csv.out.split('\r\n')).toHaveLength(3)
    expect((await storectl('audit --limit 0 --by nobody -o json')).out).toBe('[]\n')
    expect((await storectl('audit --limit many')).code).toBe(2)
  })

  it('renders offline what the server would commit', async () => {
    const { code, out } = await storectl(`preview -f examples/small.yaml`)
    expect(code).toBe(0)
    expect(out).toContain('kind: StatefulSet')
    const dry = await storectl('create other --dry-run')
    expect(dry.out).toContain('# store.yaml')
    expect((await storectl('get other')).code).toBe(3)
  })
})
