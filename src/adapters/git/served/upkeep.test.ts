import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../../domain/ports.ts'
import { openLocalRemote } from './local-remote.ts'
import { startUpkeep } from './upkeep.ts'

const silent = () => undefined
const log: Log = { debug: silent, info: silent, warn: silent, error: silent }
const LANDED = { head: '0'.repeat(40), files: [] }
let folder = ''
let path = ''

async function git(directory: string, ...words: string[]): Promise<string> {
  const person = { GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.com' }
  const { stdout } = await promisify(execFile)('git', ['-C', directory, ...words], {
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_ALLOW_PROTOCOL: 'file',
      ...person,
      GIT_COMMITTER_NAME: person.GIT_AUTHOR_NAME,
      GIT_COMMITTER_EMAIL: person.GIT_AUTHOR_EMAIL,
    },
  })
  return stdout.trim()
}

const packs = async () =>
  (await readdir(join(path, 'objects/pack'))).filter((name) => name.endsWith('.pack')).length

/** Pushes one commit. */
async function push(clone: string): Promise<void> {
  await git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'change')
  await git(clone, 'push', '--quiet', 'origin', 'HEAD:main')
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upkeep-'))
  const options = { dataDir: folder, branch: 'main', baseDomain: 'shops.example.com', log }
  path = (await openLocalRemote(options)).path
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('startUpkeep', () => {
  it('joins the packs of many pushes during further pushes without losing objects', async () => {
    const upkeep = await startUpkeep({ repositoryPath: path, log, pushes: 8 })
    const clone = join(folder, 'clone')
    await git(folder, 'clone', '--quiet', path, clone)
    for (let n = 0; n < 20; n += 1) {
      await push(clone)
      upkeep.landed(LANDED)
    }
    await upkeep.idle()
    expect(await packs()).toBeLessThan(14)
    expect(await git(path, 'rev-list', '--count', 'main')).toBe('21')
    expect(await git(path, 'rev-parse', 'main')).toBe(await git(clone, 'rev-parse', 'HEAD'))
    await git(path, 'fsck', '--strict')
    await git(path, 'commit-graph', 'verify')
    await git(path, 'multi-pack-index', 'verify')
  })

  it('counts the packs of an earlier process', async () => {
    const clone = join(folder, 'clone')
    await git(folder, 'clone', '--quiet', path, clone)
    for (let n = 0; n < 6; n += 1) await push(clone)
    const before = await packs()
    const upkeep = await startUpkeep({ repositoryPath: path, log, pushes: before + 1 })
    upkeep.landed(LANDED)
    await upkeep.idle()
    expect(await packs()).toBeLessThan(before)
  })

  it('stops a repack, leaves the repository intact and starts no further repack', async () => {
    const warnings: string[] = []
    const upkeep = await startUpkeep({
      repositoryPath: path,
      log: { ...log, warn: (message) => void warnings.push(message) },
      pushes: 1,
    })
    upkeep.landed(LANDED)
    await upkeep.stop()
    upkeep.landed(LANDED)
    await upkeep.idle()
    await git(path, 'fsck', '--strict')
    expect(warnings).toEqual([])
  })

  it('logs a warning if the repack fails', async () => {
    const warnings: string[] = []
    const upkeep = await startUpkeep({
      repositoryPath: folder,
      log: { ...log, warn: (message) => void warnings.push(message) },
      pushes: 1,
    })
    upkeep.landed(LANDED)
    await upkeep.idle()
    expect(warnings).toHaveLength(1)
  })
})
