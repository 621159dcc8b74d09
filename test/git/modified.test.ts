import { describe, expect, it, onTestFinished } from 'vitest'
import { folderIds } from '../../src/adapters/git/cache/objects.ts'
import { openStoresRepo } from '../../src/adapters/git/stores-repo.ts'
import { openKeyRing } from '../../src/adapters/secrets/key-ring.ts'
import type { AppFile } from '../../src/contract/app-file.ts'
import type { StoresRepo } from '../../src/domain/ports.ts'
import { isModified, newerGenerator } from '../../src/domain/snapshot.ts'
import { createStore } from '../../src/operations/create-store.ts'
import { bannersOf } from '../../src/operations/get-platform.ts'
import { renderDeclared, readDeclared } from '../../src/operations/rendering/render-declared.ts'
import { renderStore } from '../../src/operations/rendering/render-store.ts'
import { suspendStore } from '../../src/operations/suspend-store.ts'
import { parseAppFile, printAppFile } from '../../src/repo-files/app-file.ts'
import type { BareRemote, Files } from '../../src/testing/bare-remote.ts'
import { fakeApplications } from '../../src/testing/fake-applications.ts'
import { memorySealer } from '../../src/testing/memory-sealer.ts'
import { PLATFORM_YAML } from '../../src/testing/platform.ts'
import { steadyTime } from '../../src/testing/time.ts'
import { eventually, harness } from './harness.ts'
import { by, fixture, folder, messages, record, show } from './reconciler-fixture.ts'

const RERENDER = `${PLATFORM_YAML}reconcile: {onModified: rerender}\n`
const SHOP = folder('default', 'shop')
const RESTORED = /app\.json could not be read/
const EXTRA = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: store-victim}\n'
const purge = { reconciliationMs: 180_000, simulatedIsEnough: true, minUptimeMs: 0 }
const views = { all: () => [], get: () => null, present: () => ({}) as never }
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8')
const clock = { now: () => Date.now() }

/** Files below `path` on main, by path. */
async function filesAt(remote: BareRemote, path: string): Promise<Record<string, string>> {
  const names = (await remote.git(['ls-tree', '-r', '--name-only', 'main', `${path}/`])).trim()
  const rows = names.split('\n').map(async (name) => [name, await show(remote, name)] as const)
  return Object.fromEntries(await Promise.all(rows))
}

/** The store with an additional manifest and an app.json that states the resulting tree. */
async function edited(remote: BareRemote, change: Partial<AppFile>): Promise<Files> {
  const files = await filesAt(remote, SHOP)
  const all = { ...files, [`${SHOP}/manifests/99-extra.yaml`]: EXTRA }
  const below = Object.entries(all).map(
    ([path, text]) => [path.slice(SHOP.length + 1), Buffer.from(text)] as const,
  )
  const tree = folderIds(new Map(below), 'sha1').manifests
  const app = parseAppFile(files[`${SHOP}/app.json`] ?? '')!
  return { ...all, [`${SHOP}/app.json`]: printAppFile({ ...app, tree, ...change }) }
}

const modified = (repo: StoresRepo) => {
  const now = record(repo, 'shop')
  return now !== undefined && isModified(now)
}
const attack = {
  generator: '99.0.0',
  application: 'store-victim',
  namespace: 'store-victim',
  cluster: 'other',
}

describe('S1 a pushed app.json with a forged generator and the tree of edited manifests', () => {
  it('S1 is flagged as modified and rendered again with onModified: rerender', async () => {
    const { remote, repo, deps } = await fixture(RERENDER)
    await createStore(deps, { name: 'shop' }, by())
    const before = await filesAt(remote, SHOP)
    let flagged = false
    repo.onMoved(() => (flagged ||= modified(repo)))
    await remote.commit(await edited(remote, attack))
    await eventually(() => flagged && !modified(repo))
    expect(await filesAt(remote, SHOP)).toEqual(before)
    expect((await messages(remote))[0]).toBe('store(default/shop): render (over a hand edit)')
  })

  it('S1 stays flagged with onModified: report and does not count as a newer render', async () => {
    const { remote, repo, deps, log } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    await remote.commit(await edited(remote, attack))
    await eventually(() => log.lines.some(({ message }) => /edited by hand/.test(message)))
    expect(modified(repo)).toBe(true)
    expect(newerGenerator(record(repo, 'shop')!, '0.1.0')).toBeNull()
    await expect(suspendStore(deps, { name: 'shop' }, by())).rejects.toMatchObject({
      code: 'store_modified',
    })
    await suspendStore(deps, { name: 'shop', force: true }, by())
    expect(modified(repo)).toBe(false)
  })

  it('S1 is flagged and rewritten under either rule if the manifests are unchanged', async () => {
    const { remote, repo, deps } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    const before = await show(remote, `${SHOP}/app.json`)
    const app = { ...parseAppFile(before)!, ...attack }
    let flagged = false
    repo.onMoved(() => (flagged ||= modified(repo)))
    await remote.commit({ [`${SHOP}/app.json`]: printAppFile(app) })
    await eventually(() => flagged && !modified(repo))
    expect(await show(remote, `${SHOP}/app.json`)).toBe(before)
  })

  it('S11 is restored to the addresses of its own folder if store.yaml does not parse', async () => {
    const { remote, deps } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    const before = await show(remote, `${SHOP}/app.json`)
    const app = { ...parseAppFile(before)!, application: 'store-victim', host: 'evil.example' }
    await remote.commit({ [`${SHOP}/app.json`]: printAppFile(app), [`${SHOP}/store.yaml`]: '[' })
    await eventually(async () => RESTORED.test((await messages(remote))[0] ?? ''))
    expect(await show(remote, `${SHOP}/app.json`)).toBe(before)
  })

  it('S1 keeps edited manifests flagged after store.yaml and app.json were broken and restored', async () => {
    const { remote, repo, deps, log } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    const manifest = { [`${SHOP}/manifests/99-extra.yaml`]: EXTRA }
    await remote.commit({ ...manifest, [`${SHOP}/app.json`]: '[', [`${SHOP}/store.yaml`]: '[' })
    await eventually(async () => RESTORED.test((await messages(remote))[0] ?? ''))
    const restored = await remote.head()
    await eventually(() => repo.snapshot().head === restored)
    expect(record(repo, 'shop')?.last.requestId).not.toBeNull()
    expect(modified(repo)).toBe(true)
    const [created = ''] = (
      await remote.git(['log', '--format=%H', '--grep=create', 'main'])
    ).split('\n')
    const text = await remote.git(['show', `${created}:${SHOP}/store.yaml`])
    await remote.commit({ [`${SHOP}/store.yaml`]: text })
    await eventually(() => log.lines.some(({ message }) => /edited by hand/.test(message)))
    expect(modified(repo)).toBe(true)
  })
})

describe('a push that equals the render', () => {
  it('is not modified after a commit of ours confirms it', async () => {
    const { remote, repo, deps } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    const before = record(repo, 'shop')!
    const { platform } = repo.snapshot()
    const files = renderStore({ ...before.intent!, title: 'Pushed' }, platform)
    const rows = Array.from(files, ([path, bytes]) => [`${SHOP}/${path}`, text(bytes)])
    await remote.commit(Object.fromEntries(rows))
    const facts = /^store\(default\/shop\): render \(as pushed\)/
    await eventually(async () => facts.test((await messages(remote))[0] ?? ''))
    await eventually(() => !modified(repo))
    expect(record(repo, 'shop')?.intent?.title).toBe('Pushed')
  })

  it('is never modified after a plain git revert', async () => {
    const { remote, repo, deps, reconciler } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    const before = await filesAt(remote, SHOP)
    await suspendStore(deps, { name: 'shop' }, by())
    const seen: boolean[] = []
    repo.onMoved(() => void seen.push(modified(repo)))
    const head = await remote.commit(before, 'Revert "suspend"')
    await eventually(() => repo.snapshot().head === head && seen.length > 0)
    await reconciler.idle()
    expect(seen).not.toContain(true)
    expect(await remote.head()).toBe(head)
  })
})

describe('a repository without proven commits', () => {
  const lost = openKeyRing(Buffer.alloc(32, 'other').toString('base64'))

  it('opens without modified flags and without a commit if all files are as rendered', async () => {
    const { remote, deps, reconciler, log } = await fixture()
    for (const name of ['shop', 'next']) await createStore(deps, { name }, by())
    await suspendStore(deps, { name: 'next' }, by())
    await reconciler.close()
    const head = await remote.head()
    const old = await openLater(remote, log, lost)
    for (const store of old.snapshot().stores.values()) {
      expect([store.rendered, isModified(store)]).toEqual([null, false])
      const at = old.snapshot()
      const declared = await readDeclared({ repo: old, sealer: memorySealer(), clock }, store, at)
      expect(renderDeclared(declared, at)).toEqual({ is: 'settled' })
    }
    expect(await remote.head()).toBe(head)
  })

  it('S1 renders a store with a forged app.json again and enforces the rules for volumes', async () => {
    const { remote, deps, reconciler, log } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    await reconciler.close()
    const files = await edited(remote, attack)
    const smaller = (files[`${SHOP}/store.yaml`] ?? '').replace('uploads: 2', 'uploads: 1')
    const old = await openLater(remote, log, lost)
    const find = async () => {
      const at = old.snapshot()
      const store = at.stores.get('shop')!
      const declared = await readDeclared({ repo: old, sealer: memorySealer(), clock }, store, at)
      return renderDeclared(declared, at)
    }
    const pushed = await remote.commit({ [`${SHOP}/store.yaml`]: smaller })
    await eventually(() => old.snapshot().head === pushed)
    expect(await find()).toMatchObject({
      is: 'refused',
      problems: [{ pointer: '#/storage/uploads' }],
    })
    const forged = await remote.commit(files)
    await eventually(() => old.snapshot().head === forged)
    expect(await find()).toMatchObject({ is: 'render' })
  })

  it('counts a folder removed after a declared purge as purged', async () => {
    const { remote, deps, reconciler, log } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    await reconciler.close()
    const text = await show(remote, `${SHOP}/store.yaml`)
    await remote.commit({ [`${SHOP}/store.yaml`]: text.replace('state: active', 'state: purge') })
    await remote.commit({ [SHOP]: null })
    const old = await openLater(remote, log, lost)
    expect(old.snapshot().vacated.get('shop')).toMatchObject({ team: 'default', purged: true })
  })
})

describe('a store of a newer generator', () => {
  it('is not rendered and raises a banner if the commit is proven, and is flagged after an edit', async () => {
    const git = await harness({ platform: PLATFORM_YAML })
    const newer = await git.open({ generator: '99.0.0' })
    const deps = { repo: newer, sealer: memorySealer(), views, clock }
    await createStore(deps, { name: 'shop' }, by())
    const made = newer.snapshot().stores.get('shop')!
    const app = Buffer.from(printAppFile({ ...made.app!, generator: '99.0.0' }))
    const listed = await newer.files('default', 'shop')
    const files = new Map(listed.files.map(({ path, content }) => [path, Buffer.from(content)]))
    files.set('app.json', app)
    const change = { team: 'default', name: 'shop', action: 'render', facts: [], files } as const
    await newer.change(by(), () => change)

    const repo = await git.open({ fetchIntervalMs: 30 })
    const applications = fakeApplications(() => Date.now())
    const codes = () =>
      bannersOf({ repo, applications, clock, time: steadyTime(clock.now), purge }).map(
        ({ code }) => code,
      )
    expect(newerGenerator(record(repo, 'shop')!, '0.1.0')).toBe('99.0.0')
    expect([modified(repo), codes().includes('newer_generator')]).toEqual([false, true])
    await expect(suspendStore({ ...deps, repo }, { name: 'shop' }, by())).rejects.toMatchObject({
      code: 'generator_outdated',
    })
    const head = await git.remote.commit({ [`${SHOP}/manifests/99-extra.yaml`]: EXTRA })
    await eventually(() => repo.snapshot().head === head)
    expect(modified(repo)).toBe(true)
    const at = repo.snapshot()
    const read = await readDeclared({ ...deps, repo }, at.stores.get('shop')!, at)
    expect(renderDeclared(read, at)).toEqual({ is: 'newer' })
  })
})

/** A server that starts later, with other keys. */
async function openLater(
  remote: BareRemote,
  log: Awaited<ReturnType<typeof harness>>['log'],
  keys: ReturnType<typeof openKeyRing>,
): Promise<StoresRepo> {
  const repo = await openStoresRepo({
    remote: { kind: 'embedded', path: remote.path },
    dataDir: `${remote.scratch}/later`,
    author: { name: 'storewright', email: 'storewright@localhost' },
    generator: '0.1.0',
    fetchIntervalMs: 30,
    keys,
    log,
    clock,
  })
  onTestFinished(() => repo.close(0))
  return repo
}
