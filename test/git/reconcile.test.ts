import { describe, expect, it } from 'vitest'
import { createStore } from '../../src/operations/create-store.ts'
import { rerenderStore } from '../../src/operations/render-store.ts'
import type { RenderStore } from '../../src/operations/rendering/render-declared.ts'
import { renderStore } from '../../src/operations/rendering/render-store.ts'
import { updateStore } from '../../src/operations/update-store.ts'
import type { BareRemote } from '../../src/testing/bare-remote.ts'
import { PLATFORM_YAML } from '../../src/testing/platform.ts'
import { eventually } from './harness.ts'
import {
  by,
  fixture,
  folder,
  intent,
  messages,
  record,
  rendered,
  show,
} from './reconciler-fixture.ts'

describe('reconciler after a push', () => {
  it('S1-04 S1-48 N-11 renders a pushed store.yaml and refuses a second store of the same name in another team', async () => {
    const { remote, repo, refusals } = await fixture()
    const text = `# kept by us\n${intent('default', 'pushed')}`
    await remote.commit({ [`${folder('default', 'pushed')}/store.yaml`]: text })
    await eventually(() => rendered(repo, 'pushed'))
    expect(await show(remote, `${folder('default', 'pushed')}/store.yaml`)).toBe(text)
    expect(
      await show(remote, `${folder('default', 'pushed')}/manifests/00-namespace.yaml`),
    ).toContain('store-pushed')
    expect((await messages(remote))[0]).toBe('store(default/pushed): render (new in Git)')

    // `acme` comes before `default` in path order but still does not get the name.
    await remote.commit({ [`${folder('acme', 'pushed')}/store.yaml`]: intent('acme', 'pushed') })
    await remote.commit({ [`${folder('default', 'next')}/store.yaml`]: intent('default', 'next') })
    await eventually(() => rendered(repo, 'next'))
    expect(record(repo, 'pushed')?.team).toBe('default')
    expect(repo.snapshot().duplicates).toEqual(['acme/pushed'])
    expect(
      await remote.git(['ls-tree', '--name-only', 'main', `${folder('acme', 'pushed')}/`]),
    ).toBe(`${folder('acme', 'pushed')}/store.yaml\n`)
    expect(refusals.size).toBe(0)
  })

  it('renders a pushed change to the same bytes as an API request', async () => {
    const { remote, repo, deps } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    const path = `${folder('default', 'shop')}/store.yaml`
    await remote.commit({
      [path]: (await show(remote, path)).replace('plan: small', 'plan: medium'),
    })
    await eventually(() => record(repo, 'shop')?.app?.plan === 'medium')
    const { landed } = await rerenderStore(deps, { name: 'shop' }, by())
    expect(landed.outcome).toBe('unchanged')
    expect(await messages(remote)).toEqual([
      'store(default/shop): render',
      'edit by hand',
      'store(default/shop): create (woo, small)',
      'begin',
    ])
  })

  it('N-11 F18 marks only the store with an invalid store.yaml, keeps its last render and renders the others', async () => {
    const { remote, repo, deps } = await fixture()
    await createStore(deps, { name: 'bad' }, by())
    const tree = record(repo, 'bad')?.manifestsTree
    await remote.commit({
      [`${folder('default', 'bad')}/store.yaml`]: 'apiVersion: storewright.dev/v1\nkind: Store\n',
      [`${folder('default', 'good')}/store.yaml`]: intent('default', 'good'),
    })
    await eventually(() => rendered(repo, 'good'))
    expect(record(repo, 'bad')).toMatchObject({ intent: null, manifestsTree: tree })
    expect(record(repo, 'bad')?.problems.length).toBeGreaterThan(3)
    expect(record(repo, 'bad')?.app).not.toBeNull()
  })

  it.each([
    ['a smaller volume', 'shop', 'uploads: 2', 'uploads: 1', '#/storage/uploads'],
    ['a purge without a deletion', 'shop', 'state: active', 'state: purge', '#/lifecycle/state'],
    ['a larger volume without expansion', 'shop', 'uploads: 2', 'uploads: 3', '#/storage/uploads'],
    ['an unknown plan', 'shop', 'plan: small', 'plan: huge', '#/plan'],
    ['other credentials', 'shop', 'secretsMode: job', 'secretsMode: external', '#/secretsMode'],
  ])('refuses %s and keeps the rendered files', async (_what, name, from, to, pointer) => {
    const { remote, repo, deps, refusals, log } = await fixture(
      PLATFORM_YAML.replace('    allowVolumeExpansion: true\n', ''),
    )
    await createStore(deps, { name }, by())
    const tree = record(repo, name)?.manifestsTree
    const path = `${folder('default', name)}/store.yaml`
    await remote.commit({ [path]: (await show(remote, path)).replace(from, to) })
    await eventually(() => refusals.get(name).length > 0)
    expect(refusals.get(name).map((each) => each.pointer)).toContain(pointer)
    expect(record(repo, name)?.manifestsTree).toBe(tree)
    expect(log.lines.filter(({ message }) => message.includes('is not rendered'))).toHaveLength(1)
    // Reverting the edit clears the refusal.
    await remote.commit({ [path]: (await show(remote, path)).replace(to, from) })
    await eventually(() => refusals.size === 0)
    expect(rendered(repo, name)).toBe(true)
  })

  it.each([
    ['a reserved name', 'grafana', '#/name'],
    ['no room below maxStores', 'third', '#'],
  ])('refuses a new store with %s', async (_what, name, pointer) => {
    const { remote, repo, deps, refusals } = await fixture(
      PLATFORM_YAML.replace('maxStores: 20000', 'maxStores: 2'),
    )
    await createStore(deps, { name: 'one' }, by())
    await createStore(deps, { name: 'two' }, by())
    await remote.commit({ [`${folder('default', name)}/store.yaml`]: intent('default', name) })
    await eventually(() => refusals.get(name).some((each) => each.pointer === pointer))
    expect(record(repo, name)?.app).toBeNull()
  })

  it('makes no commit after a plain git revert that restores rendered bytes', async () => {
    const { remote, repo, deps, reconciler } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    const before = record(repo, 'shop')
    const { landed } = await updateStore(deps, { name: 'shop' }, { title: 'Sale' }, by())
    const files = (await remote.git(['diff', '--name-only', `${landed.commit}^`, landed.commit]))
      .trim()
      .split('\n')
    const former = await Promise.all(
      files.map(async (path) => [path, await remote.git(['show', `${landed.commit}^:${path}`])]),
    )
    await remote.commit(Object.fromEntries(former), 'Revert "Sale"')
    await eventually(() => record(repo, 'shop')?.intent?.title === 'shop')
    await reconciler.idle()
    expect(record(repo, 'shop')).toMatchObject({
      intentBlob: before?.intentBlob,
      manifestsTree: before?.manifestsTree,
    })
    expect((await messages(remote))[0]).toBe('Revert "Sale"')
  })
})

describe('reconciler after a plain git revert', () => {
  /** Restores every file that a commit changed, like `git revert` without a conflict. */
  const revert = async (remote: BareRemote, commit: string) => {
    const names = await remote.git(['diff', '--name-only', `${commit}^`, commit])
    const former = await Promise.all(
      names
        .trim()
        .split('\n')
        .map(async (path) => [path, await remote.git(['show', `${commit}^:${path}`])] as const),
    )
    await remote.commit(Object.fromEntries(former), 'Revert')
  }

  it('restores the plan and keeps the size of the volumes', async () => {
    const { remote, repo, deps, refusals } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    const { landed } = await updateStore(deps, { name: 'shop' }, { plan: 'medium' }, by())
    const { storage } = record(repo, 'shop')!.intent!
    await revert(remote, landed.commit)
    await eventually(async () => (await messages(remote))[0]?.includes('volumes') === true)
    await eventually(async () => repo.snapshot().head === (await remote.head()))
    expect(record(repo, 'shop')?.intent).toMatchObject({ plan: 'small', storage })
    expect([rendered(repo, 'shop'), refusals.size]).toEqual([true, 0])
  })

  it('refuses a revert across a database upgrade even if its files are consistent', async () => {
    const release = /  "2026\.11":\n[\s\S]*/.exec(PLATFORM_YAML)?.[0] ?? ''
    const newer = release
      .replace('2026.11', '2026.12')
      .replace('mariadb: "11.8"', 'mariadb: "12.0"')
    const { remote, repo, deps, refusals } = await fixture(PLATFORM_YAML + newer)
    await createStore(deps, { name: 'shop', release: '2026.11' }, by())
    const { landed } = await updateStore(deps, { name: 'shop' }, { release: '2026.12' }, by())
    await revert(remote, landed.commit)
    await eventually(() => refusals.get('shop').length > 0)
    expect(refusals.get('shop')[0]?.detail).toContain('older mariadb')
    expect(record(repo, 'shop')?.intent?.release).toBe('2026.11')
  })
})

describe('reconciler after a change of platform.yaml', () => {
  it('renders all affected stores in one push and changes nothing else', async () => {
    const { remote, repo, deps } = await fixture()
    for (const name of ['a', 'b', 'c']) await createStore(deps, { name }, by())
    const { pushes } = repo.state().figures
    await remote.commit({ 'platform.yaml': `${PLATFORM_YAML}baseDomain: shops.example.com\n` })
    await eventually(() =>
      ['a', 'b', 'c'].every(
        (name) => record(repo, name)?.app?.host === `${name}.shops.example.com`,
      ),
    )
    expect(repo.state().figures.pushes).toBe(pushes + 1)
    const head = await remote.head()
    await remote.commit({
      'platform.yaml': `# same\n${PLATFORM_YAML}baseDomain: shops.example.com\n`,
    })
    await eventually(async () => repo.snapshot().head === (await remote.head()))
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await remote.git(['rev-list', '--count', `${head}..main`])).toBe('1\n')
  })

  it('keeps every store and reports the reason if the change breaks all stores', async () => {
    const { remote, repo, deps, refusals } = await fixture()
    for (const name of ['a', 'b']) await createStore(deps, { name }, by())
    const trees = ['a', 'b'].map((name) => record(repo, name)?.manifestsTree)
    await remote.commit({ 'platform.yaml': PLATFORM_YAML.replaceAll('2026.11', '2026.12') })
    await eventually(() => refusals.size === 2)
    expect(refusals.get('a')[0]?.pointer).toBe('#/release')
    await remote.commit({ 'platform.yaml': 'kind: [\n' })
    await eventually(() => repo.snapshot().platformProblems.length > 0)
    expect(['a', 'b'].map((name) => record(repo, name)?.manifestsTree)).toEqual(trees)
    await remote.commit({ 'platform.yaml': PLATFORM_YAML })
    await eventually(() => refusals.size === 0)
  })
})

describe('reconciler after a start', () => {
  it('renders only stores without a valid commit of ours for their current input', async () => {
    let renders = 0
    const render: RenderStore = async (...input) => {
      renders += 1
      return renderStore(...input)
    }
    const { remote, deps, join, reconciler } = await fixture(PLATFORM_YAML, { render })
    for (const name of ['one', 'two', 'three']) await createStore(deps, { name }, by())
    await reconciler.close()
    const rendersOfStart = async () => {
      renders = 0
      const { reconciler: next } = await join()
      await next.idle()
      await next.close()
      return renders
    }
    expect(await rendersOfStart()).toBe(0)
    const limits = PLATFORM_YAML.replace(/maxStores: [0-9]+/, 'maxStores: 77')
    expect(limits).not.toBe(PLATFORM_YAML)
    await remote.commit({ 'platform.yaml': limits })
    expect(await rendersOfStart()).toBe(0)
    const file = `${folder('default', 'two')}/store.yaml`
    await remote.commit({ [file]: (await show(remote, file)).replace('title: two', 'title: Two') })
    expect(await rendersOfStart()).toBe(1)
    await remote.commit({ 'platform.yaml': `scheme: https\n${limits}` })
    expect(await rendersOfStart()).toBeGreaterThanOrEqual(2)
    expect(await rendersOfStart()).toBeLessThanOrEqual(1)
  })
})
