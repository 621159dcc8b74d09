import { describe, expect, it } from 'vitest'
import { create, requester, retitle, storeFiles } from '../../src/testing/writes.ts'
import { eventually, harness } from './harness.ts'

const shop = (name: string) => ({ team: 'acme', name })

describe('F16 a rewritten branch', () => {
  it('is accepted only at the named head, lists vanished stores and then allows writes', async () => {
    const { open, remote } = await harness()
    const repo = await open()
    await repo.change(requester(), create('acme', 'shop-1'))
    await repo.change(requester(), create('acme', 'shop-2'))
    await repo.change(requester(), retitle('acme', 'shop-1', 'Tulips'))
    await remote.git(['update-ref', 'refs/heads/main', 'main~2'])
    const head = await remote.commit({ 'README.md': 'rewritten' })
    const refused = repo.change(requester(), create('acme', 'shop-3'))
    await expect(refused).rejects.toMatchObject({ code: 'history_rewritten' })
    const { rewrite } = repo.state()
    expect(rewrite).toEqual({ head, vanished: [shop('shop-1'), shop('shop-2')] })
    await expect(repo.acceptRewrite('1'.repeat(40))).rejects.toMatchObject({
      code: 'conflict',
      extra: { head },
    })
    const moved = await remote.commit({ 'README.md': 'and again' })
    await expect(repo.acceptRewrite(head)).rejects.toMatchObject({ code: 'conflict' })
    expect(await repo.acceptRewrite(moved)).toEqual([shop('shop-1'), shop('shop-2')])
    expect(repo.state()).toMatchObject({ blockedBy: null, rewrite: null, lost: [] })
    expect(repo.snapshot().stores.get('shop-1')?.intent?.title).toBe('shop-1')
    await repo.change(requester(), create('acme', 'shop-2'))
    expect(await remote.git(['merge-base', '--is-ancestor', moved, 'main'])).toBe('')
  })

  it('blocks writes across restarts until it is accepted', async () => {
    const { open, remote, dataDir } = await harness()
    const first = await open()
    await first.change(requester(), create('acme', 'shop-1'))
    await first.close(1000)
    await remote.git(['update-ref', 'refs/heads/main', 'main~1'])
    const head = await remote.commit({ 'README.md': 'rewritten' })
    for (let start = 0; start < 2; start += 1) {
      const again = await open({ dataDir: dataDir(0) })
      const attempt = again.change(requester(), create('acme', 'shop-2'))
      await expect(attempt).rejects.toMatchObject({ code: 'history_rewritten' })
      await again.close(1000)
    }
    const last = await open({ dataDir: dataDir(0) })
    await last.acceptRewrite(head)
    await last.change(requester(), create('acme', 'shop-2'))
    await last.close(1000)
    const after = await open({ dataDir: dataDir(0) })
    expect(after.state().blockedBy).toBeNull()
  })

  it('cannot be accepted if nothing was rewritten or the branch is gone', async () => {
    const { open, remote } = await harness()
    const repo = await open()
    const { commit } = await repo.change(requester(), create('acme', 'shop-1'))
    await expect(repo.acceptRewrite(commit)).rejects.toMatchObject({ code: 'conflict' })
    await remote.git(['update-ref', '-d', 'refs/heads/main'])
    await expect(repo.acceptRewrite(commit)).rejects.toMatchObject({ code: 'conflict' })
    expect(repo.state().rewrite).toEqual({ head: null, vanished: [shop('shop-1')] })
  })
})

describe('F30 lost stores', () => {
  it('include a store removed by a foreign commit until it is restored, also after a restart', async () => {
    const { open, remote, log } = await harness()
    const repo = await open({ fetchIntervalMs: 100 })
    const { commit } = await repo.change(requester(), create('acme', 'shop-1'))
    await repo.change(requester(), create('acme', 'shop-2'))
    await remote.commit({ 'stores/acme/shop-1': null }, 'clean up')
    await eventually(() => repo.state().lost.length > 0)
    expect(repo.state().lost).toEqual([shop('shop-1')])
    expect(log.lines.filter(({ message }) => /acknowledged stores/.test(message))).toHaveLength(1)
    const again = await open()
    expect(again.state().lost).toEqual([shop('shop-1')])
    await remote.commit(await filesAt(remote, commit), 'put it back')
    await eventually(() => repo.state().lost.length === 0)
  })

  it('include a store whose manifests a merge rolled back silently', async () => {
    const { open, remote } = await harness()
    const repo = await open()
    const before = await repo.change(requester(), create('acme', 'shop-1'))
    const after = await repo.change(requester(), retitle('acme', 'shop-1', 'Tulips'))
    // A merge with the tree of its older parent, as a faulty merge queue creates it.
    const merge = await remote.git([
      ...['-c', 'user.name=queue', '-c', 'user.email=queue@example.com', 'commit-tree'],
      ...['-p', after.commit, '-p', before.commit, '-m', 'merge', `${before.commit}^{tree}`],
    ])
    await remote.git(['update-ref', 'refs/heads/main', merge.trim()])
    await repo.change(requester(), create('acme', 'shop-2'))
    expect(repo.state().lost).toEqual([shop('shop-1')])
    await repo.change(requester(), retitle('acme', 'shop-1', 'Roses'))
    expect(repo.state().lost).toEqual([])
  })

  it('exclude a store changed by hand and a store removed by us', async () => {
    const { open, remote } = await harness()
    const repo = await open({ fetchIntervalMs: 50 })
    await repo.change(requester(), create('acme', 'shop-1'))
    await repo.change(requester(), create('acme', 'shop-2'))
    await repo.change(requester(), () => ({
      team: 'acme',
      name: 'shop-2',
      action: 'remove',
      facts: [],
      files: new Map(),
    }))
    await remote.commit({ 'stores/acme/shop-1/manifests/20-wordpress.yaml': 'kind: Other\n' })
    await eventually(() => repo.snapshot().stores.get('shop-1')?.last.source === 'git')
    expect(repo.state().lost).toEqual([])
  })
})

describe('F28 two servers with different generators', () => {
  const files = (generator: string) =>
    new Map([
      ...storeFiles('acme', 'shop-1'),
      ['app.json', Buffer.from(appFile(generator))] as const,
    ])
  const write = (generator: string) => () =>
    ({
      team: 'acme',
      name: 'shop-1',
      action: 'update',
      facts: [],
      files: files(generator),
    }) as const

  it('refuse a write by the older one unless downgrades are allowed', async () => {
    const { open } = await harness()
    const newer = await open({ generator: '0.2.0' })
    await newer.change(requester(), write('0.2.0'))
    const older = await open({ generator: '0.1.0' })
    const attempt = older.change(requester(), write('0.1.0'))
    await expect(attempt).rejects.toMatchObject({ code: 'generator_outdated' })
    await newer.change(requester(), write('0.2.0'))
    const told = await open({ generator: '0.1.0', allowDowngrade: true })
    await told.change(requester(), write('0.1.0'))
  })
})

function appFile(generator: string): string {
  const names = ['application', 'namespace', 'name', 'team', 'engine', 'plan', 'release', 'cluster']
  const words = Object.fromEntries(names.map((name) => [name, 'x']))
  const rest = { lifecycle: 'active', host: 'x', url: 'http://x', tree: '1'.repeat(40) }
  return JSON.stringify({ schema: '1', ...words, ...rest, autoSync: true, generator })
}

async function filesAt(remote: { git(words: readonly string[]): Promise<string> }, commit: string) {
  const paths = await remote.git(['ls-tree', '-r', '--name-only', commit, 'stores/acme/shop-1'])
  const files: Record<string, string> = {}
  for (const path of paths.trim().split('\n')) {
    files[path] = await remote.git(['show', `${commit}:${path}`])
  }
  return files
}
