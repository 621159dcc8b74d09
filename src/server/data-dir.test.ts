import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Log } from '../domain/ports.ts'
import { dataDirProblem, openDataDir, scratchFolder } from './data-dir.ts'

let folder = ''
let warnings: string[] = []
const log: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message) => void warnings.push(message),
  error: () => undefined,
}
const modeOf = async (path: string) => (await stat(path)).mode & 0o7777

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'data-dir-'))
  warnings = []
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('S26 openDataDir', () => {
  it('creates an empty folder that other users cannot read', async () => {
    const path = join(folder, 'a', 'data')
    await openDataDir(path, log)
    expect(await modeOf(path)).toBe(0o700)
    expect(await readdir(path)).toEqual([])
  })

  it.each([[[]], [['stores.git']], [['cache.git', 'notes.txt']]])(
    'closes a folder that holds %j to other users',
    async (names) => {
      const path = join(folder, 'data')
      await mkdir(path, { mode: 0o755 })
      await chmod(path, 0o755)
      for (const name of names) await mkdir(join(path, name))
      await openDataDir(path, log)
      expect(await modeOf(path)).toBe(0o700)
      expect(warnings).toEqual([])
    },
  )

  it.each([
    ['that other programs use', 0o755, ['notes.txt']],
    ['that several users share', 0o1777, ['stores.git']],
  ])('leaves the mode of a folder %s and warns', async (_what, mode, names) => {
    const path = join(folder, 'data')
    await mkdir(path)
    await chmod(path, mode)
    for (const name of names) await writeFile(join(path, name), '')
    await openDataDir(path, log)
    expect(await modeOf(path)).toBe(mode)
    expect(warnings.join()).toContain('readable by other users')
  })
})

describe('S27 openDataDir', () => {
  it('reports in one sentence that the folder cannot be created', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    await expect(openDataDir(join(file, 'data'), log)).rejects.toThrow(
      /^DATA_DIR: .*\/file\/data cannot be written \(ENOTDIR: not a directory\)\. Make it writable .*, or set DATA_DIR to another folder\.$/,
    )
  })

  it.skipIf(process.platform !== 'linux')(
    'reports a file system that accepts no files',
    async () => {
      await expect(openDataDir('/proc/self', log)).rejects.toThrow(
        /^DATA_DIR: \/proc\/self cannot be written \(E[A-Z]+: /,
      )
    },
  )
})

describe('scratchFolder', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('is a folder above DATA_DIR if no temporary file can be written', async () => {
    expect(await scratchFolder(join(folder, 'a', 'data'))).toBe(tmpdir())
    vi.stubEnv('TMPDIR', '/proc')
    expect(await scratchFolder(join(folder, 'a', 'data'))).toBe(folder)
  })
})

describe('dataDirProblem', () => {
  it('predicts openDataDir and changes nothing', async () => {
    expect(await dataDirProblem(join(folder, 'a', 'data'))).toBe(null)
    expect(await dataDirProblem(folder)).toBe(null)
    expect(await readdir(folder)).toEqual([])
    await writeFile(join(folder, 'file'), '')
    await symlink(join(folder, 'nowhere'), join(folder, 'link'))
    for (const name of ['file', 'file/data', 'link']) {
      const path = join(folder, name)
      expect(await dataDirProblem(path)).toMatch(/^DATA_DIR: .* cannot be written \(E/)
      await expect(openDataDir(path, log)).rejects.toThrow(/^DATA_DIR: .* cannot be written \(E/)
    }
  })
})
