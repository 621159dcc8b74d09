import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeEnvironment } from '../../src/testing/node-environment.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const STORECTL = join(ROOT, 'src/cli/storectl.ts')

let folder = ''
let clone = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storewright-cli-'))
  clone = join(folder, 'clone')
  await cp(join(ROOT, 'gitops-repo-template'), clone, { recursive: true })
  await mkdir(join(clone, 'stores/default/pottery'), { recursive: true })
  await cp(join(ROOT, 'examples/small.yaml'), join(clone, 'stores/default/pottery/store.yaml'))
  await git('init', '-q', '-b', 'main')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

function run(command: string, words: readonly string[]): Promise<Ended> {
  const env = {
    ...nodeEnvironment,
    HOME: '/nonexistent',
    NO_COLOR: '1',
  }
  return new Promise((resolve) => {
    execFile(command, words, { cwd: clone, env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
  })
}

const storectl = (...words: string[]) => run(process.execPath, [STORECTL, ...words])

async function git(...words: string[]): Promise<void> {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@localhost', '-c', 'commit.gpgsign=false']
  const { code, err } = await run('git', [...who, ...words])
  if (code !== 0) throw new Error(err)
}

async function commit(): Promise<void> {
  await git('add', '-A')
  await git('commit', '-q', '--allow-empty', '-m', 'a change')
}

const INTENT = 'stores/default/pottery/store.yaml'

describe('storectl on a clone', () => {
  it('renders missing files without changing store.yaml, and nothing on the second run', async () => {
    const before = await readFile(join(clone, INTENT), 'utf8')
    const first = await storectl('render', '--all')
    expect([first.code, first.out.split('\n')]).toEqual([
      0,
      expect.arrayContaining(['stores/default/pottery/app.json']),
    ])
    expect(await readFile(join(clone, INTENT), 'utf8')).toBe(before)
    expect(await storectl('render', '--all')).toMatchObject({ code: 0, out: '' })
  })

  it('removes a manifest that is no longer rendered', async () => {
    const stale = join(clone, 'stores/default/pottery/manifests/60-cache.yaml')
    await writeFile(stale, 'old\n')
    expect((await storectl('render', '--all')).out).toBe(
      'stores/default/pottery/manifests/60-cache.yaml\n',
    )
    expect(await readFile(stale, 'utf8').catch(() => 'gone')).toBe('gone')
  })

  it('never writes through a symbolic link', async () => {
    const outside = join(folder, 'outside.yaml')
    await writeFile(outside, 'mine\n')
    const target = join(clone, 'stores/default/pottery/manifests/30-config.yaml')
    await rm(target)
    await symlink(outside, target)
    await symlink(folder, join(clone, 'stores/default/linked'))
    expect((await storectl('render', '--all')).code).toBe(0)
    expect(await readFile(outside, 'utf8')).toBe('mine\n')
    expect(await readFile(target, 'utf8')).toContain('kind: ConfigMap')
    await rm(join(clone, 'stores/default/linked'))
    expect(await readdir(folder)).not.toContain('manifests')
  })

  it('accepts its own render in storectl check, from any folder of the clone', async () => {
    await commit()
    const all = await storectl('check')
    expect(all).toMatchObject({ code: 0, err: '' })
    expect(all.out).toMatch(/^ok: commit [0-9a-f]{12}, 1 of 1 stores checked, 21 rules\n$/)
    expect((await storectl('check', join(clone, 'stores/default'))).out).toBe(all.out)
  })

  it('N-11 reports file, pointer, rule and fix as text, JSON and summary, and exits with 1', async () => {
    const text = await readFile(join(clone, INTENT), 'utf8')
    await writeFile(join(clone, INTENT), text.replace('plan: small', 'plan: huge\nsurprise: 1'))
    await commit()
    const ended = await storectl('check', '--base', 'HEAD~1')
    expect([ended.code, ended.err]).toEqual([1, '1 problem.\n'])
    expect(ended.out).toContain(`C02 ${INTENT} #/surprise\n    is not a known key`)
    const json = await storectl('check', '--base', 'HEAD~1', '-o', 'json')
    expect(JSON.parse(json.out)).toMatchObject({
      stores: 1,
      checked: 1,
      problems: [{ rule: 'C02', path: INTENT, pointer: '#/surprise', fix: expect.any(String) }],
    })
    const summary = join(folder, 'summary.md')
    expect((await storectl('check', '--base', 'HEAD~1', '--summary', summary)).code).toBe(1)
    expect(await readFile(summary, 'utf8')).toContain('| C02 | <code>')
    await git('reset', '-q', '--hard', 'HEAD~1')
  })

  it('renders the other stores if one is invalid, and exits with 1', async () => {
    const bad = join(clone, 'stores/default/bad')
    await mkdir(bad)
    await writeFile(join(bad, 'store.yaml'), 'not: a store\n')
    await rm(join(clone, 'stores/default/pottery/app.json'))
    const ended = await storectl('render', '--all')
    expect(ended.code).toBe(1)
    expect(ended.out).toBe('stores/default/pottery/app.json\n')
    expect(ended.err).toContain('stores/default/bad/store.yaml #/not is not a known key')
    await rm(bad, { recursive: true })
  })

  it('prints CODEOWNERS of the teams and keeps the platform owners of the file', async () => {
    const platform = join(clone, 'platform.yaml')
    const text = await readFile(platform, 'utf8')
    await writeFile(platform, text.replace('title: Default', 'codeowners: ["@acme/shops"]'))
    const given = await storectl('codeowners', '--platform-owners', '@acme/ops')
    expect(given.out).toContain('/platform.yaml @acme/ops\n')
    expect(given.out.endsWith('\n/stores/default/ @acme/shops\n')).toBe(true)
    await writeFile(join(clone, '.github/CODEOWNERS'), given.out)
    expect((await storectl('codeowners')).out).toBe(given.out)
    await commit()
    expect((await storectl('check')).code).toBe(0)
  })

  it.each([
    [2, 'has no commit nope', ['check', '--base', 'nope']],
    [2, 'has no commit', ['check', '--base', '--output=/tmp/x']],
    [2, 'is no clone', ['check', '/']],
    [2, 'JSON list', ['check', '--labels', 'bulk']],
    [2, '--all', ['render']],
    [1, 'platform.yaml cannot be read', ['codeowners', '/']],
  ])('exits with %i and prints "%s" for %j', async (code, message, words) => {
    const ended = await storectl(...words)
    expect([ended.code, ended.out]).toEqual([code, ''])
    expect(ended.err).toContain(message)
  })
})
