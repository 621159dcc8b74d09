import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openKeyRing } from '../adapters/secrets/key-ring.ts'
import { TEST_KEYS } from '../testing/keys.ts'
import { memoryLog } from '../testing/writes.ts'
import { keyFileIn, openKeys } from './provenance-keys.ts'

async function dataDir(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'storewright-keys-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}
const embedded = { provenanceKeys: null, storesRepoUrl: null }

describe('the key ring of a process', () => {
  it('is created at the first start, for this user only, and reused at the next', async () => {
    const directory = await dataDir()
    const log = memoryLog()
    const first = await openKeys({ ...embedded, dataDir: directory }, log)
    expect((await stat(keyFileIn(directory))).mode & 0o777).toBe(0o600)
    const next = await openKeys({ ...embedded, dataDir: directory }, log)
    expect(next.verify('text', first.sign('text'))).toBe(true)
    expect(await readdir(directory)).toEqual(['provenance-keys'])
    expect(log.lines.map(({ level }) => level)).toEqual(['info'])
  })

  it('is the same when two processes start at once', async () => {
    const directory = await dataDir()
    const config = { ...embedded, dataDir: directory }
    const rings = await Promise.all(Array.from({ length: 8 }, () => openKeys(config, memoryLog())))
    expect(new Set(rings.map((ring) => ring.sign('text'))).size).toBe(1)
  })

  it('comes from the setting without creating a file', async () => {
    const directory = await dataDir()
    const config = { provenanceKeys: TEST_KEYS, storesRepoUrl: 'https://x/y', dataDir: directory }
    const log = memoryLog()
    const ring = await openKeys(config, log)
    expect(ring.sign('text')).toBe(openKeyRing(TEST_KEYS).sign('text'))
    expect([await readdir(directory), log.lines]).toEqual([[], []])
  })

  it('warns that other servers of a remote repository need the same keys', async () => {
    const log = memoryLog()
    const config = { ...embedded, storesRepoUrl: 'https://x/y', dataDir: await dataDir() }
    await openKeys(config, log)
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
  })

  it('names a key file that cannot be used', async () => {
    const directory = await dataDir()
    await writeFile(keyFileIn(directory), 'short\n')
    await expect(openKeys({ ...embedded, dataDir: directory }, memoryLog())).rejects.toThrow(
      /provenance-keys cannot be used as a key ring: key 1 has/,
    )
  })
})
