import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../../domain/ports.ts'
import { parsePlatformFile } from '../../../repo-files/platform-file.ts'
import { openLocalRemote } from './local-remote.ts'

const silent = () => undefined
const log: Log = { debug: silent, info: silent, warn: silent, error: silent }
let folder = ''

const options = (change: Partial<Parameters<typeof openLocalRemote>[0]> = {}) => ({
  dataDir: join(folder, 'data'),
  branch: 'main',
  baseDomain: 'shops.example.com',
  log,
  ...change,
})

function git(directory: string, ...words: string[]): string {
  return execFileSync('git', ['-C', directory, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      LC_ALL: 'C.UTF-8',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_ALLOW_PROTOCOL: 'file',
      GIT_AUTHOR_NAME: 'Ada',
      GIT_AUTHOR_EMAIL: 'ada@example.com',
      GIT_COMMITTER_NAME: 'Ada',
      GIT_COMMITTER_EMAIL: 'ada@example.com',
    },
  }).trim()
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-remote-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('openLocalRemote', () => {
  it('creates a bare repository with the template as one commit', async () => {
    const { path } = await openLocalRemote(options())
    expect(git(path, 'rev-parse', '--is-bare-repository')).toBe('true')
    expect(git(path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main')
    expect(git(path, 'log', '--format=%an <%ae> %s', 'main')).toBe(
      'storewright <storewright@storewright.dev> chore: start the stores repo',
    )
    expect(git(path, 'ls-tree', '-r', '--name-only', 'main').split('\n')).toEqual([
      '.gitattributes',
      '.github/CODEOWNERS',
      '.github/pull_request_template.md',
      '.github/workflows/validate.yaml',
      'README.md',
      'platform.yaml',
      'rollouts/.gitkeep',
      'stores/.gitkeep',
    ])
    const modes = git(path, 'ls-tree', '-r', '--format=%(objectmode)', 'main').split('\n')
    expect(new Set(modes)).toEqual(new Set(['100644']))
    git(path, 'fsck', '--strict')
    expect(await readdir(join(folder, 'data'))).toEqual(['stores.git'])
  })

  it('seeds the base domain and keeps the rest of platform.yaml', async () => {
    const { path } = await openLocalRemote(options())
    const text = git(path, 'show', 'main:platform.yaml')
    expect(text).toContain('# The fleet')
    expect(parsePlatformFile(text).value?.baseDomain).toBe('shops.example.com')
  })

  it('configures fsync for every object and ref, and refuses to rewrite history', async () => {
    const { path } = await openLocalRemote(options())
    expect(git(path, 'config', '--file', join(path, 'config'), '--list').split('\n')).toEqual(
      expect.arrayContaining([
        'core.fsync=all',
        'receive.denynonfastforwards=true',
        'receive.denydeletes=true',
        'receive.autogc=false',
        'uploadpack.hiderefs=refs/storewright',
        'gc.auto=0',
        'maintenance.auto=false',
        'transfer.fsckobjects=true',
      ]),
    )
    const clone = join(folder, 'clone')
    git(folder, 'clone', '--quiet', path, clone)
    git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'second')
    git(clone, 'push', '--quiet', 'origin', 'HEAD:main')
    git(clone, 'commit', '--quiet', '--amend', '--allow-empty', '-m', 'rewritten')
    expect(() => git(clone, 'push', '--quiet', '--force', 'origin', 'HEAD:main')).toThrow(
      /denying non-fast-forward/,
    )
    expect(() => git(clone, 'push', '--quiet', 'origin', ':main')).toThrow(/denying ref deletion/)
  })

  it('serves another branch as HEAD when one is configured', async () => {
    const { path } = await openLocalRemote(options({ branch: 'fleet/live' }))
    expect(git(path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/fleet/live')
    expect(git(path, 'rev-list', '--count', 'refs/heads/fleet/live')).toBe('1')
  })

  it('does not change an existing repository', async () => {
    const { path } = await openLocalRemote(options())
    const head = git(path, 'rev-parse', 'main')
    await openLocalRemote(options({ baseDomain: 'other.example.com' }))
    expect(git(path, 'rev-parse', 'main')).toBe(head)
  })

  it('creates one repository if it is opened four times at once', async () => {
    const opened = await Promise.all([1, 2, 3, 4].map(() => openLocalRemote(options())))
    expect(new Set(opened.map(({ path }) => path)).size).toBe(1)
    expect(git(opened[0]?.path ?? '', 'rev-list', '--count', 'main')).toBe('1')
    expect(await readdir(join(folder, 'data'))).toEqual(['stores.git'])
  })

  it.each(['', 'a b.example', 'x\nkind: Other', '"quoted"', 'a: b'])(
    'refuses the base domain %j and leaves nothing behind',
    async (baseDomain) => {
      await expect(openLocalRemote(options({ baseDomain }))).rejects.toThrow(/platform\.yaml/)
      expect(await readdir(join(folder, 'data'))).toEqual([])
    },
  )

  it('refuses a branch name that git would misread', async () => {
    await expect(openLocalRemote(options({ branch: '-x' }))).rejects.toThrow(/branch name/)
  })

  it('throws if its path holds something else', async () => {
    await mkdir(join(folder, 'data', 'stores.git'), { recursive: true })
    await writeFile(join(folder, 'data', 'stores.git', 'notes.txt'), 'mine')
    await expect(openLocalRemote(options())).rejects.toThrow(/not a bare Git repository/)
  })

  it('removes unfinished repositories that are old and keeps recent ones', async () => {
    const [old, young] = ['old', 'young'].map((name) =>
      join(folder, 'data', `.stores.git.new-${name}`),
    ) as [string, string]
    await mkdir(old, { recursive: true })
    await mkdir(young, { recursive: true })
    const longAgo = Date.now() / 1000 - 3600
    await utimes(old, longAgo, longAgo)
    await openLocalRemote(options())
    expect([existsSync(old), existsSync(young)]).toEqual([false, true])
  })
})

describe('openLocalRemote in a killed process', () => {
  it('leaves a complete repository or none after kill -9, and the next start completes it', async () => {
    const module = new URL('./local-remote.ts', import.meta.url).href
    const program = `
      import { openLocalRemote } from ${JSON.stringify(module)}
      const log = { debug() {}, info() {}, warn() {}, error() {} }
      process.stdout.write('ready')
      await openLocalRemote({ dataDir: process.argv[1], branch: 'main', baseDomain: 'a.example', log })
    `
    let unfinished = 0
    for (let round = 0; round < 12; round += 1) {
      const dataDir = join(folder, `kill-${round}`)
      const child = spawn(process.execPath, ['--input-type=module', '-e', program, dataDir], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const ended = new Promise((resolve) => child.once('close', resolve))
      await new Promise((resolve) => child.stdout.once('data', resolve))
      await sleep(round * 8)
      child.kill('SIGKILL')
      await ended
      const path = join(dataDir, 'stores.git')
      if (existsSync(path)) git(path, 'fsck', '--strict')
      else unfinished += 1
      await openLocalRemote(options({ dataDir }))
      expect(git(path, 'rev-list', '--count', 'main')).toBe('1')
      git(path, 'fsck', '--strict')
    }
    expect(unfinished).toBeGreaterThan(0)
  })
})
