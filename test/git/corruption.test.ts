import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { create, requester, retitle } from '../../src/testing/writes.ts'
import { harness } from './harness.ts'

type Damage = (cache: string) => Promise<void>

const put =
  (file: string, text: string): Damage =>
  (cache) =>
    writeFile(join(cache, file), text)

async function packs(cache: string, ending: string): Promise<string[]> {
  const folder = join(cache, 'objects/pack')
  return (await readdir(folder)).filter((f) => f.endsWith(ending)).map((f) => join(folder, f))
}

const eachPack =
  (ending: string, damage: (file: string) => Promise<void>): Damage =>
  async (cache) => {
    const files = await packs(cache, ending)
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) await damage(file)
  }

async function garble(file: string): Promise<void> {
  const bytes = await readFile(file)
  for (let at = 40; at < bytes.length - 24; at += 7) bytes[at] = (bytes[at] ?? 0) ^ 0xff
  await rm(file, { force: true })
  await writeFile(file, bytes)
}

async function cut(file: string): Promise<void> {
  const bytes = await readFile(file)
  await rm(file, { force: true })
  await writeFile(file, bytes)
  await truncate(file, Math.floor(bytes.length / 2))
}

const seen = 'refs/storewright/remote/main'

/** Name of the damage, and a function that applies it to a cache. */
const DAMAGES: readonly (readonly [string, Damage])[] = [
  ['an emptied HEAD', put('HEAD', '')],
  ['a garbled HEAD', put('HEAD', '\u0001\u0002\u0003')],
  ['an emptied config', put('config', '')],
  ['a garbled config', put('config', '[core\n\u0001')],
  ['an emptied ref', put(seen, '')],
  ['a garbled ref', put(seen, 'x'.repeat(41))],
  ['a ref to nothing', put(seen, `${'1'.repeat(40)}\n`)],
  ['garbled packs', eachPack('.pack', garble)],
  ['packs cut in half', eachPack('.pack', cut)],
  ['missing packs', eachPack('.pack', (file) => rm(file, { force: true }))],
  ['garbled pack indexes', eachPack('.idx', garble)],
  ['missing objects', (cache) => rm(join(cache, 'objects'), { recursive: true })],
  ['missing refs', (cache) => rm(join(cache, 'refs'), { recursive: true })],
  ['no cache at all', (cache) => rm(cache, { recursive: true })],
]

/** Locks left by a killed process. They must not block the server and need no new clone. */
const LOCKS = ['packed-refs.lock', 'config.lock', 'shallow.lock', 'HEAD.lock', `${seen}.lock`]

describe('G11 a damaged cache', () => {
  it.each(DAMAGES)('with %s is repaired by a running process', async (_name, damage) => {
    const { open, remote, dataDir, log } = await harness()
    const repo = await open()
    await repo.change(requester(), create('acme', 'shop-1'))
    await remote.commit({ 'README.md': 'so that a fetch has something to do' })
    await damage(join(dataDir(0), 'cache.git'))
    await repo.change(requester(), create('acme', 'shop-2'))
    await repo.change(requester(), retitle('acme', 'shop-1', 'Again'))
    expect((await repo.files('acme', 'shop-1')).files).toHaveLength(4)
    expect((await repo.history('acme', 'shop-1', { limit: 9 })).changes).toHaveLength(2)
    const rebuilds = log.lines.filter(({ message }) => message === 'git cache cloned anew')
    expect(rebuilds.length).toBeLessThanOrEqual(1)
    await remote.git(['fsck', '--strict'])
  })

  it.each(DAMAGES)('with %s is repaired at the next start', async (name, damage) => {
    const { open, dataDir, log } = await harness()
    const first = await open()
    await first.change(requester(), create('acme', 'shop-1'))
    await first.close(1000)
    await damage(join(dataDir(0), 'cache.git'))
    const again = await open({ dataDir: dataDir(0) })
    expect(again.snapshot()).toEqual(first.snapshot())
    await again.change(requester(), retitle('acme', 'shop-1', 'Again'))
    const rebuilds = log.lines.filter(({ message }) => message === 'git cache cloned anew')
    // The config is rewritten at each start, and without a cache there is nothing to replace.
    const harmless = ['no cache at all', 'an emptied config'].includes(name)
    expect(rebuilds).toHaveLength(harmless ? 0 : 1)
    const leftovers = (await readdir(dataDir(0))).filter((entry) => entry !== 'cache.git')
    expect(leftovers).toEqual([])
  })

  it.each(LOCKS)('with a stale %s stays usable, also after a restart', async (lock) => {
    const { open, dataDir } = await harness()
    const repo = await open()
    await repo.change(requester(), create('acme', 'shop-1'))
    await writeFile(join(dataDir(0), 'cache.git', lock), '')
    for (let n = 0; n < 6; n += 1) {
      await repo.change(requester(), retitle('acme', 'shop-1', `Title ${n}`))
    }
    await repo.close(1000)
    const again = await open({ dataDir: dataDir(0) })
    expect(again.snapshot()).toEqual(repo.snapshot())
    await again.change(requester(), create('acme', 'shop-2'))
  })
})
