import { describe, expect, it } from 'vitest'
import { createStore } from '../../src/operations/create-store.ts'
import { rerenderStore } from '../../src/operations/render-store.ts'
import { updateStore } from '../../src/operations/update-store.ts'
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
  landFiles,
} from './reconciler-fixture.ts'

describe('reconciler on generated files', () => {
  const manifest = `${folder('default', 'shop')}/manifests/00-namespace.yaml`
  const app = `${folder('default', 'shop')}/app.json`

  it('F17 keeps files edited by hand, logs them once and overwrites them on a render request', async () => {
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

  it('F17 renders files edited by hand again with onModified: rerender', async () => {
    const { remote, repo, deps } = await fixture(
      `${PLATFORM_YAML}reconcile: {onModified: rerender}\n`,
    )
    await createStore(deps, { name: 'shop' }, by())
    const { manifestsTree } = record(repo, 'shop')!
    await remote.commit({ [manifest]: 'kind: Nothing\n' })
    await eventually(async () => (await messages(remote))[0]?.includes('over a hand edit') === true)
    await eventually(async () => repo.snapshot().head === (await remote.head()))
    expect(record(repo, 'shop')?.manifestsTree).toBe(manifestsTree)
  })

  it.each([
    ['is not JSON', '{'],
    ['lacks a key', '{"schema":"1"}\n'],
    ['is missing', null],
  ])('F31 rewrites an app.json that %s at once', async (_what, text) => {
    const { remote, repo, deps } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    const before = await show(remote, app)
    await remote.commit({ [app]: text })
    await eventually(async () => (await messages(remote))[0]?.includes('app.json') === true)
    await eventually(async () => repo.snapshot().head === (await remote.head()))
    expect(await show(remote, app)).toBe(before)
    expect(rendered(repo, 'shop')).toBe(true)
  })

  it('F31 restores app.json from history if store.yaml does not parse either', async () => {
    const { remote, repo, deps } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    const before = await show(remote, app)
    await remote.commit({ [app]: '', [`${folder('default', 'shop')}/store.yaml`]: 'kind: [\n' })
    await eventually(() => record(repo, 'shop')?.intent === null && rendered(repo, 'shop'))
    expect(await show(remote, app)).toBe(before)
  })

  it('renders files of an older generator again only if the bytes differ, one commit per store', async () => {
    const { remote, repo, deps, reconciler, join } = await fixture()
    for (const name of ['same', 'other']) await createStore(deps, { name }, by())
    await reconciler.close()
    const tree = record(repo, 'other')?.manifestsTree
    const older = (text: string) => text.replace(/"generator": "[^"]+"/, '"generator": "0.0.1"')
    const namespace = 'manifests/00-namespace.yaml'
    await landFiles(repo, 'same', { 'app.json': older })
    await landFiles(repo, 'other', { 'app.json': older, [namespace]: (text) => `${text}# 0.0.1\n` })
    const oldTree = record(repo, 'other')?.manifestsTree ?? ''
    const named = (text: string) => text.replace(tree ?? '', oldTree)
    await landFiles(repo, 'other', { 'app.json': named })
    const head = await remote.head()
    const later = await join()
    await eventually(() => record(later.repo, 'other')?.manifestsTree === tree)
    await later.reconciler.idle()
    expect(await messages(remote).then(([newest]) => newest)).toBe('store(default/other): render')
    expect(await remote.git(['rev-list', '--count', `${head}..main`])).toBe('1\n')
    expect(record(later.repo, 'other')?.app?.generator).not.toBe('0.0.1')
    // With equal bytes app.json keeps the former generator, so a new version commits nothing to
    // such stores.
    expect(record(later.repo, 'same')?.app?.generator).toBe('0.0.1')
  })

  it('F28 keeps files of a newer generator whose commit is proven', async () => {
    const { remote, repo, deps, log, reconciler, open } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    const server = await open({ generator: '99.0.0' })
    const named = (text: string) => text.replace(/"generator": "[^"]+"/, '"generator": "99.0.0"')
    await landFiles(server, 'shop', { 'app.json': named })
    const newer = await show(remote, app)
    const path = `${folder('default', 'shop')}/store.yaml`
    const retitled = (await show(remote, path)).replace('title: shop', 'title: other')
    await remote.commit({ [path]: retitled })
    await eventually(() => record(repo, 'shop')?.intent?.title === 'other')
    await eventually(() => log.lines.some(({ message }) => message.includes('newer generator')))
    await reconciler.idle()
    expect(await show(remote, app)).toBe(newer)
    expect(record(repo, 'shop')?.intent?.title).toBe('other')
  })
})

describe('reconcilers of two servers', () => {
  it('make one render commit per pushed store', async () => {
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

  it('render at the start stores that were pushed while no server ran', async () => {
    const { remote, repo, reconciler, join } = await fixture()
    await reconciler.close()
    await remote.commit({ [`${folder('default', 'shop')}/store.yaml`]: intent('default', 'shop') })
    await eventually(() => record(repo, 'shop') !== undefined)
    expect(record(repo, 'shop')?.app).toBeNull()
    const later = await join()
    await eventually(() => rendered(later.repo, 'shop'))
  })
})
