import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStoresRepo, type StoresRepoOptions } from '../../src/adapters/git/stores-repo.ts'
import type { StoresRepo } from '../../src/domain/ports.ts'
import { type BareRemote, createBareRemote } from '../../src/testing/bare-remote.ts'
import { create, memoryLog, requester, retitle, storeYaml } from '../../src/testing/writes.ts'

let remote: BareRemote
let opened: StoresRepo[]

beforeEach(async () => {
  remote = await createBareRemote()
  opened = []
})

afterEach(async () => {
  await Promise.all(opened.map((repo) => repo.close(0)))
  await remote.remove()
})

async function open(change: Partial<StoresRepoOptions> = {}): Promise<StoresRepo> {
  const repo = await openStoresRepo({
    remote: { kind: 'embedded', path: remote.path },
    dataDir: join(remote.scratch, `data-${opened.length}`),
    author: { name: 'storewright', email: 'storewright@localhost' },
    generator: '0.1.0',
    fetchIntervalMs: 0,
    log: memoryLog(),
    clock: { now: () => Date.now() },
    ...change,
  })
  opened.push(repo)
  return repo
}

describe('a change', () => {
  it('is on the remote, in the snapshot and in the history when it is answered', async () => {
    const repo = await open()
    const landed = await repo.change(requester(), create('acme', 'shop-1'))
    expect(landed.outcome).toBe('landed')
    expect(await remote.head()).toBe(landed.commit)
    expect(repo.snapshot().head).toBe(landed.commit)
    const record = repo.snapshot().stores.get('shop-1')
    expect(record).toEqual(landed.record)
    expect(record?.intent?.title).toBe('shop-1')
    const blob = await remote.git(['rev-parse', 'main:stores/acme/shop-1/store.yaml'])
    expect(record?.intentBlob).toBe(blob.trim())
    const tree = await remote.git(['rev-parse', 'main:stores/acme/shop-1/manifests'])
    expect(record?.manifestsTree).toBe(tree.trim())
    const { changes } = await repo.history('acme', 'shop-1', { limit: 10 })
    expect(changes.map(({ commit, action }) => [commit, action])).toEqual([
      [landed.commit, 'create'],
    ])
  })

  it('is the same after the process starts again', async () => {
    const first = await open()
    await first.change(requester(), create('acme', 'shop-1'))
    await first.change(requester(), create('acme', 'shop-2'))
    await first.change(requester(), retitle('acme', 'shop-1', 'Tulips'))
    await first.close(1000)
    for (const dataDir of ['data-0', 'another']) {
      const again = await open({ dataDir: join(remote.scratch, dataDir) })
      expect(again.snapshot()).toEqual(first.snapshot())
    }
  })

  it('by hand shows up with its Git author', async () => {
    const repo = await open()
    await remote.commit({ 'stores/acme/tulips/store.yaml': storeYaml('acme', 'tulips') })
    const landed = await repo.change(requester(), create('acme', 'shop-1'))
    const tulips = landed.snapshot.stores.get('tulips')
    expect(tulips?.intent?.name).toBe('tulips')
    expect(tulips?.last).toMatchObject({ source: 'git', by: 'Grace Example', action: null })
  })
})
