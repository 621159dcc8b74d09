import { describe, expect, it, onTestFinished } from 'vitest'
import { ulid } from 'ulid'
import type { StoresRepo } from '../../src/domain/ports.ts'
import { openRefusals } from '../../src/observe/refusals.ts'
import { createStore } from '../../src/operations/create-store.ts'
import { rerenderStore } from '../../src/operations/rerender-store.ts'
import { updateStore } from '../../src/operations/update-store.ts'
import { startReconciler } from '../../src/reconcile/reconciler.ts'
import type { BareRemote } from '../../src/testing/bare-remote.ts'
import { memorySealer } from '../../src/testing/memory-sealer.ts'
import { PLATFORM_YAML } from '../../src/testing/platform.ts'
import { storeYaml } from '../../src/testing/writes.ts'
import { eventually, harness } from './harness.ts'

const by = () => ({ subject: 'local', auth: 'local', source: 'api', requestId: ulid() }) as const
const views = { all: () => [], get: () => null, present: () => ({}) as never }

/** A remote, and one server's view of it with a reconciler that looks every 50 ms. */
async function fixture(platform = PLATFORM_YAML) {
  const git = await harness({ platform })
  const join = async () => {
    const repo = await git.open({ fetchIntervalMs: 50 })
    const refusals = openRefusals()
    const sealer = memorySealer()
    const reconciler = startReconciler({
      ...{ repo, sealer, refusals, log: git.log, newRequestId: () => ulid(), intervalMs: 200 },
    })
    onTestFinished(() => reconciler.close())
    return { repo, refusals, deps: { repo, sealer, views }, reconciler }
  }
  return { remote: git.remote, log: git.log, join, ...(await join()) }
}

const intent = (team: string, name: string, title = name) =>
  storeYaml(team, name, title).replaceAll(/(uploads|database): 5/g, '$1: 2')
const folder = (team: string, name: string) => `stores/${team}/${name}`
const record = (repo: StoresRepo, name: string) => repo.snapshot().stores.get(name)
const rendered = (repo: StoresRepo, name: string) => {
  const now = record(repo, name)
  return now?.app != null && now.app.tree === now.manifestsTree
}
const messages = async (remote: BareRemote) =>
  (await remote.git(['log', '--format=%s', 'main'])).trim().split('\n')
const show = (remote: BareRemote, path: string) => remote.git(['show', `main:${path}`])

describe('what a person pushed', () => {
  it('S1-04 S1-48 creates a store from a pushed store.yaml; of one name in two teams the second is refused', async () => {
    const { remote, repo, refusals } = await fixture()
    const text = `# kept by us\n${intent('default', 'pushed')}`
    await remote.commit({ [`${folder('default', 'pushed')}/store.yaml`]: text })
    await eventually(() => rendered(repo, 'pushed'))
    expect(await show(remote, `${folder('default', 'pushed')}/store.yaml`)).toBe(text)
    expect(
      await show(remote, `${folder('default', 'pushed')}/manifests/00-namespace.yaml`),
    ).toContain('store-pushed')
    expect((await messages(remote))[0]).toBe('store(default/pushed): render (new in Git)')

    // `acme` comes before `default` in path order, and still does not get the name.
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

  it('is rendered as a request for the same would be, byte for byte', async () => {
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

  it('F18 marks an invalid store.yaml at that store alone; the others go on and its last render stays', async () => {
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
    ['an unknown plan', 'shop', 'plan: small', 'plan: huge', '#/plan'],
    ['other credentials', 'shop', 'secretsMode: job', 'secretsMode: external', '#/secretsMode'],
  ])('refuses %s: what was rendered stays', async (_what, name, from, to, pointer) => {
    const { remote, repo, deps, refusals, log } = await fixture()
    await createStore(deps, { name }, by())
    const tree = record(repo, name)?.manifestsTree
    const path = `${folder('default', name)}/store.yaml`
    await remote.commit({ [path]: (await show(remote, path)).replace(from, to) })
    await eventually(() => refusals.get(name).length > 0)
    expect(refusals.get(name).map((each) => each.pointer)).toContain(pointer)
    expect(record(repo, name)?.manifestsTree).toBe(tree)
    expect(log.lines.filter(({ message }) => message.includes('is not rendered'))).toHaveLength(1)
    // Taken back, it is as if nothing had been.
    await remote.commit({ [path]: (await show(remote, path)).replace(to, from) })
    await eventually(() => refusals.size === 0)
    expect(rendered(repo, name)).toBe(true)
  })

  it.each([
    ['a reserved name', 'grafana', '#/name'],
    ['a store beyond the limit', 'third', '#'],
  ])('refuses %s that is new', async (_what, name, pointer) => {
    const { remote, repo, deps, refusals } = await fixture(
      PLATFORM_YAML.replace('maxStores: 20000', 'maxStores: 2'),
    )
    await createStore(deps, { name: 'one' }, by())
    await createStore(deps, { name: 'two' }, by())
    await remote.commit({ [`${folder('default', name)}/store.yaml`]: intent('default', name) })
    await eventually(() => refusals.get(name).some((each) => each.pointer === pointer))
    expect(record(repo, name)?.app).toBeNull()
  })

  it('may be a plain git revert: equal bytes need no commit of ours', async () => {
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

describe('a change of platform.yaml', () => {
  it('renders what it changes in one push, and touches nothing else', async () => {
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

  it('that breaks every store leaves every store as it is, and says why', async () => {
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

describe('generated files', () => {
  const manifest = `${folder('default', 'shop')}/manifests/00-namespace.yaml`
  const app = `${folder('default', 'shop')}/app.json`

  it('F17 edited by hand stay as they are and are told of once; render overwrites them', async () => {
    const { remote, repo, deps, log, reconciler } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    const { manifestsTree } = record(repo, 'shop')!
    await remote.commit({ [manifest]: `${await show(remote, manifest)}# by hand\n` })
    await eventually(() => log.lines.some(({ message }) => message.includes('edited by hand')))
    await reconciler.idle()
    expect(await show(remote, manifest)).toContain('# by hand')
    const update = updateStore(deps, { name: 'shop' }, { title: 'x' }, by())
    await expect(update).rejects.toMatchObject({ code: 'store_modified' })
    await rerenderStore(deps, { name: 'shop' }, by())
    expect(record(repo, 'shop')?.manifestsTree).toBe(manifestsTree)
    expect(log.lines.filter(({ message }) => message.includes('edited by hand'))).toHaveLength(1)
  })

  it('F17 edited by hand are rendered again where platform.yaml says so', async () => {
    const { remote, repo, deps } = await fixture(
      `${PLATFORM_YAML}reconcile: {onModified: rerender}\n`,
    )
    await createStore(deps, { name: 'shop' }, by())
    const { manifestsTree } = record(repo, 'shop')!
    await remote.commit({ [manifest]: 'kind: Nothing\n' })
    await eventually(async () => (await messages(remote))[0]?.includes('over a hand edit') === true)
    expect(record(repo, 'shop')?.manifestsTree).toBe(manifestsTree)
  })

  it.each([
    ['is no JSON', '{'],
    ['lacks a key', '{"schema":"1"}\n'],
    ['is gone', null],
  ])('F31 app.json that %s is rewritten at once', async (_what, text) => {
    const { remote, repo, deps } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    const before = await show(remote, app)
    await remote.commit({ [app]: text })
    await eventually(async () => (await messages(remote))[0]?.includes('app.json') === true)
    expect(await show(remote, app)).toBe(before)
    expect(rendered(repo, 'shop')).toBe(true)
  })

  it('F31 app.json is taken from history when store.yaml does not parse either', async () => {
    const { remote, repo, deps } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    const before = await show(remote, app)
    await remote.commit({ [app]: '', [`${folder('default', 'shop')}/store.yaml`]: 'kind: [\n' })
    await eventually(() => record(repo, 'shop')?.intent === null && rendered(repo, 'shop'))
    expect(await show(remote, app)).toBe(before)
  })

  it('F28 of a newer generator are left alone', async () => {
    const { remote, repo, deps, log, reconciler } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    const newer = (await show(remote, app)).replace(/"generator": "[^"]+"/, '"generator": "99.0.0"')
    const path = `${folder('default', 'shop')}/store.yaml`
    await remote.commit({
      [app]: newer,
      [path]: (await show(remote, path)).replace('title: shop', 'title: other'),
    })
    await eventually(() => log.lines.some(({ message }) => message.includes('newer generator')))
    await reconciler.idle()
    expect(await show(remote, app)).toBe(newer)
    expect(record(repo, 'shop')?.intent?.title).toBe('other')
  })
})

describe('two servers', () => {
  it('render a push once: whoever comes second makes no commit', async () => {
    const { remote, repo, join } = await fixture()
    const other = await join()
    const names = Array.from({ length: 12 }, (_, n) => `shop-${n}`)
    await remote.commit(
      Object.fromEntries(
        names.map((name) => [`${folder('default', name)}/store.yaml`, intent('default', name)]),
      ),
    )
    const all = () =>
      [repo, other.repo].every((each) => names.every((name) => rendered(each, name)))
    await eventually(all, 60_000)
    const subjects = await messages(remote)
    for (const name of names) {
      expect(
        subjects.filter((subject) => subject.includes(`/${name}):`)),
        name,
      ).toHaveLength(1)
    }
  })

  it('find at the start what was pushed while none ran', async () => {
    const { remote, repo, reconciler, join } = await fixture()
    await reconciler.close()
    await remote.commit({ [`${folder('default', 'shop')}/store.yaml`]: intent('default', 'shop') })
    await eventually(() => record(repo, 'shop') !== undefined)
    expect(record(repo, 'shop')?.app).toBeNull()
    const later = await join()
    await eventually(() => rendered(later.repo, 'shop'))
  })
})
