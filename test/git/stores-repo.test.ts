import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  create,
  createChange,
  requester,
  retitle,
  storeFiles,
  storeYaml,
} from '../../src/testing/writes.ts'
import { eventually, harness, over } from './harness.ts'

describe('StoresRepo.change', () => {
  it('resolves when the change is on the remote, in the snapshot and in the history', async () => {
    const { open, remote } = await harness()
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

  it.each(['sha1', 'sha256'] as const)(
    'leaves the same snapshot after a restart with and without a cache in a %s repository',
    async (objectFormat) => {
      const { open, remote } = await harness({ objectFormat })
      const first = await open()
      await first.change(requester(), create('acme', 'shop-1'))
      await first.change(requester(), create('acme', 'shop-2'))
      await first.change(requester(), retitle('acme', 'shop-1', 'Tulips'))
      await first.close(1000)
      for (const dataDir of ['data-0', 'another']) {
        const again = await open({ dataDir: join(remote.scratch, dataDir) })
        expect(again.snapshot()).toEqual(first.snapshot())
        expect(again.snapshot().stores.get('shop-1')).toMatchObject({
          created: { action: 'create' },
          last: { action: 'update', by: 'local:test', source: 'api' },
        })
      }
    },
  )

  it('replaces the whole folder, so no stale file survives', async () => {
    const { open } = await harness()
    const repo = await open()
    await repo.change(requester(), create('acme', 'shop-1'))
    const files = storeFiles('acme', 'shop-1')
    files.delete('manifests/20-wordpress.yaml')
    await repo.change(requester(), () => ({ ...createChange('acme', 'shop-1'), files }))
    const read = await repo.files('acme', 'shop-1')
    expect(read.files.map(({ path }) => path)).toEqual([
      'app.json',
      'manifests/10-namespace.yaml',
      'store.yaml',
    ])
  })

  it('makes no commit if the decision is unchanged', async () => {
    const { open, remote } = await harness()
    const repo = await open()
    const before = await remote.head()
    const landed = await repo.change(requester(), () => 'unchanged')
    expect(landed).toMatchObject({ outcome: 'unchanged', commit: before })
    expect(await remote.head()).toBe(before)
  })

  it.each(['../escape.yaml', 'manifests/a/b.yaml', 'manifests/kustomization.json', 'README.md'])(
    'refuses to write %s',
    async (path) => {
      const { open, remote } = await harness()
      const repo = await open()
      const before = await remote.head()
      const files = new Map([[path, new Uint8Array()]])
      const attempt = repo.change(requester(), () => ({ ...createChange('acme', 'x'), files }))
      await expect(attempt).rejects.toThrow('a path that does not belong to a store')
      expect(await remote.head()).toBe(before)
    },
  )

  it.each(['../../platform', 'a b', 'x\nD platform.yaml', '', '-n'])(
    'refuses the folder name %j',
    async (name) => {
      const { open, remote } = await harness()
      const repo = await open()
      const before = await remote.head()
      const attempt = repo.change(requester(), () => createChange('acme', name))
      await expect(attempt).rejects.toThrow()
      expect(await remote.head()).toBe(before)
    },
  )

  it('makes 64 commits with fewer than 16 pushes for 64 concurrent callers', async () => {
    const { open, remote, serve } = await harness()
    const served = await serve()
    const repo = await open({ remote: over(served) })
    const names = Array.from({ length: 64 }, (_, n) => `shop-${n}`)
    const all = await Promise.all(
      names.map((name) => repo.change(requester(), create('acme', name))),
    )
    expect(new Set(all.map(({ commit }) => commit)).size).toBe(64)
    expect((await remote.git(['rev-list', '--count', 'main'])).trim()).toBe('65')
    expect(served.seen.pushes).toBeLessThan(16)
    for (const landed of all) {
      expect(landed.snapshot.stores.get(landed.record?.name ?? '')).toEqual(landed.record)
    }
  })
})

describe('StoresRepo.snapshot', () => {
  it('follows changes pushed with plain git', async () => {
    const { open, remote } = await harness()
    const repo = await open({ fetchIntervalMs: 50 })
    const heads: string[] = []
    const end = repo.onMoved((snapshot) => heads.push(snapshot.head))
    await remote.commit({ 'stores/acme/tulips/store.yaml': storeYaml('acme', 'tulips') })
    await eventually(() => repo.snapshot().stores.has('tulips'))
    expect(repo.snapshot().stores.get('tulips')?.last).toMatchObject({
      source: 'git',
      by: 'Grace Example',
      action: null,
      requestId: null,
    })
    await remote.commit({ 'stores/acme/tulips': null })
    await eventually(() => !repo.snapshot().stores.has('tulips'))
    const again = await remote.commit({
      'stores/acme/tulips/store.yaml': storeYaml('acme', 'tulips', 'Again'),
    })
    await eventually(() => repo.snapshot().stores.has('tulips'))
    expect(repo.snapshot().stores.get('tulips')?.created.commit).toBe(again)
    // Listeners are called after the snapshot has changed.
    await eventually(() => heads.length >= 3)
    expect(heads).toHaveLength(3)
    end()
  })

  it('keeps the last valid platform.yaml, also after a restart', async () => {
    const { open, remote } = await harness()
    const repo = await open()
    const good = repo.snapshot().platform
    await remote.commit({ 'platform.yaml': 'profile: [\n' })
    const { snapshot } = await repo.change(requester(), create('acme', 'shop-1'))
    const again = await open()
    for (const seen of [snapshot, again.snapshot()]) {
      expect(seen.platform).toEqual(good)
      expect(seen.platformProblems).not.toEqual([])
    }
  })

  it('reports the problems of each invalid store without affecting the others', async () => {
    const { open, remote } = await harness()
    await remote.commit({
      'stores/acme/bad/store.yaml': 'kind: Store\nname: other\n',
      'stores/acme/empty/app.json': '{}',
      'stores/acme/good/store.yaml': storeYaml('acme', 'good'),
      'stores/acme/.hidden/store.yaml': storeYaml('acme', 'hidden'),
      'stores/acme/liar/store.yaml': storeYaml('acme', 'someone-else'),
    })
    const { stores } = (await open()).snapshot()
    expect([...stores.keys()].sort()).toEqual(['bad', 'empty', 'good', 'liar'])
    expect(stores.get('good')?.problems).toEqual([])
    expect(stores.get('bad')?.intent).toBeNull()
    expect(stores.get('empty')).toMatchObject({ intent: null, intentBlob: '', app: null })
    expect(stores.get('liar')?.problems).toMatchObject([{ pointer: '#/name' }])
  })

  it('does not follow symbolic links', async () => {
    const { open, remote } = await harness()
    const link = 'M 120000 inline stores/acme/link/store.yaml\ndata 11\n/etc/passwd\n'
    const head = await remote.head()
    const person = 'committer Mallory <m@example.com> 1790000000 +0000\n'
    await remote.git(
      ['fast-import', '--quiet', '--done'],
      `commit refs/heads/main\n${person}data 4\nlink\nfrom ${head}\n${link}done\n`,
    )
    const repo = await open()
    expect(repo.snapshot().stores.get('link')).toMatchObject({ intent: null, intentBlob: '' })
    expect((await repo.files('acme', 'link')).files).toEqual([])
  })
})

describe('StoresRepo.history', () => {
  it('returns pages, newest first', async () => {
    const { open, remote } = await harness()
    const repo = await open()
    await repo.change(requester(), create('acme', 'shop-1'))
    await repo.change(requester(), create('acme', 'other'))
    for (const title of ['One', 'Two', 'Three']) {
      await repo.change(requester(), retitle('acme', 'shop-1', title))
    }
    await remote.commit(
      { 'stores/acme/shop-1/store.yaml': storeYaml('acme', 'shop-1', 'By hand') },
      'fix a title',
    )
    await repo.change(requester(), create('acme', 'last'))
    const first = await repo.history('acme', 'shop-1', { limit: 2 })
    const rest = await repo.history('acme', 'shop-1', { limit: 9, cursor: first.next ?? '' })
    expect([...first.changes, ...rest.changes].map(({ action }) => action)).toEqual([
      ...['git', 'update', 'update', 'update', 'create'],
    ])
    expect(first.changes[0]).toMatchObject({
      summary: 'fix a title',
      requestedBy: 'Grace Example',
      source: 'git',
      stores: ['shop-1'],
    })
    expect(rest.next).toBeNull()
    const unknown = repo.history('acme', 'shop-1', { limit: 2, cursor: 'f'.repeat(40) })
    await expect(unknown).rejects.toMatchObject({ code: 'commit_not_found' })
  })
})

describe('StoresRepo.files and manifestsTree', () => {
  it('return files and the manifests tree at any commit of the branch', async () => {
    const { open, remote } = await harness()
    const repo = await open()
    const start = await remote.head()
    const one = await repo.change(requester(), create('acme', 'shop-1', 'One'))
    const two = await repo.change(requester(), retitle('acme', 'shop-1', 'Two'))
    const files = await repo.files('acme', 'shop-1', one.commit)
    expect(files.files.find(({ path }) => path === 'store.yaml')?.content).toContain('title: One')
    const trees = await Promise.all(
      [start, one.commit, two.commit, 'f'.repeat(40), 'HEAD'].map((commit) =>
        repo.manifestsTree(commit, 'acme', 'shop-1'),
      ),
    )
    expect(trees).toEqual(['', one.record?.manifestsTree, two.record?.manifestsTree, null, null])
    for (const at of ['f'.repeat(40), 'HEAD', 'main', two.commit.slice(0, 12)]) {
      await expect(repo.files('acme', 'shop-1', at)).rejects.toMatchObject({
        code: 'commit_not_found',
      })
    }
    await expect(repo.files('acme', 'shop-1', start)).rejects.toMatchObject({
      code: 'store_not_found',
    })
    await expect(repo.files('acme', '../acme/shop-1')).rejects.toMatchObject({
      code: 'store_not_found',
    })
  })
})
