import { describe, expect, it } from 'vitest'
import { createStore } from '../../src/operations/create-store.ts'
import { deleteStore } from '../../src/operations/delete-store.ts'
import { rerenderStore } from '../../src/operations/render-store.ts'
import { retryStore } from '../../src/operations/retry-store.ts'
import { revertChange } from '../../src/operations/revert-change.ts'
import { suspendStore } from '../../src/operations/suspend-store.ts'
import { updateStore } from '../../src/operations/update-store.ts'
import { PLATFORM_YAML } from '../../src/testing/platform.ts'
import { eventually } from './harness.ts'
import { person } from './person.ts'
import { by, fixture, folder, intent, record, rendered, show } from './reconciler-fixture.ts'

const path = `${folder('default', 'shop')}/store.yaml`
const shop = { name: 'shop' }

/** A store with a pushed edit of its store.yaml that is refused. */
async function refusedPush(from: string, to: string) {
  const made = await fixture()
  await createStore(made.deps, shop, by())
  const { manifestsTree } = record(made.repo, 'shop')!
  await made.remote.commit({ [path]: (await show(made.remote, path)).replace(from, to) })
  await eventually(() => made.refusals.get('shop').length > 0)
  return { ...made, manifestsTree }
}

describe('a refused push', () => {
  it.each([
    ['smaller volumes', 'grow_only', 'uploads: 2', 'uploads: 1'],
    ['other credentials', 'invalid_store', 'secretsMode: job', 'secretsMode: external'],
    ['a purge without a deletion', 'lifecycle_conflict', 'state: active', 'state: purge'],
  ] as const)('of %s is not rendered by any later request', async (_what, code, from, to) => {
    const { repo, deps, manifestsTree, refusals } = await refusedPush(from, to)
    const attempts = [
      () => updateStore(deps, shop, { title: 'New' }, by()),
      () => updateStore(deps, shop, { title: 'New', force: true }, by()),
      () => rerenderStore(deps, shop, by()),
      () => retryStore(deps, shop, 'init', by()),
    ]
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({
        code,
        hint: expect.stringContaining('pushed'),
      })
    }
    expect(record(repo, 'shop')?.manifestsTree).toBe(manifestsTree)
    expect(refusals.size).toBe(1)
  })

  it('of smaller volumes is corrected by a request for the former size', async () => {
    const { repo, deps, manifestsTree, refusals } = await refusedPush('uploads: 2', 'uploads: 1')
    await expect(suspendStore(deps, shop, by())).rejects.toMatchObject({ code: 'grow_only' })
    await expect(deleteStore(deps, shop, by())).rejects.toMatchObject({ code: 'grow_only' })
    await updateStore(deps, shop, { storage: { uploads: 2 } }, by())
    expect([rendered(repo, 'shop'), record(repo, 'shop')?.manifestsTree]).toEqual([
      true,
      manifestsTree,
    ])
    await eventually(() => refusals.size === 0)
    await suspendStore(deps, shop, by())
    expect(record(repo, 'shop')?.app?.lifecycle).toBe('suspended')
  })

  it('of a store with a reserved name is not rendered by a later request either', async () => {
    const { remote, repo, deps, refusals } = await fixture()
    const file = `${folder('default', 'grafana')}/store.yaml`
    await remote.commit({ [file]: intent('default', 'grafana') })
    await eventually(() => refusals.get('grafana').length > 0)
    for (const attempt of [
      () => updateStore(deps, { name: 'grafana' }, { title: 'New' }, by()),
      () => rerenderStore(deps, { name: 'grafana' }, by()),
    ]) {
      await expect(attempt()).rejects.toMatchObject({
        code: 'invalid_store',
        errors: [{ pointer: '#/name', detail: 'is reserved' }],
      })
    }
    expect(record(repo, 'grafana')?.app).toBeNull()
  })

  it('does not affect an admitted push, which the next request includes', async () => {
    const { remote, repo, deps, reconciler } = await fixture()
    await createStore(deps, shop, by())
    await reconciler.close()
    await remote.commit({
      [path]: (await show(remote, path)).replace('title: shop', 'title: Sale'),
    })
    await eventually(() => record(repo, 'shop')?.intent?.title === 'Sale')
    await updateStore(deps, shop, { plan: 'medium' }, by())
    expect(record(repo, 'shop')).toMatchObject({
      intent: { title: 'Sale', plan: 'medium' },
      app: { plan: 'medium' },
    })
  })
})

describe('concurrent edits of one store', () => {
  it('keep a push and refuse a request with the former ETag', async () => {
    const { remote, repo, deps, reconciler } = await fixture()
    await createStore(deps, shop, by())
    const seen = `"${record(repo, 'shop')?.intentBlob}"`
    await remote.commit({
      [path]: (await show(remote, path)).replace('title: shop', 'title: Hers'),
    })
    const late = updateStore(deps, { ...shop, ifMatch: seen }, { title: 'His' }, by())
    await expect(late).rejects.toMatchObject({ code: 'precondition_failed' })
    await eventually(() => record(repo, 'shop')?.intent?.title === 'Hers')
    await reconciler.idle()
    const now = `"${record(repo, 'shop')?.intentBlob}"`
    await updateStore(deps, { ...shop, ifMatch: now }, { plan: 'medium' }, by())
    expect(record(repo, 'shop')?.intent).toMatchObject({ title: 'Hers', plan: 'medium' })
  })

  it('refuse one of two requests at two servers and overwrite nothing', async () => {
    const { repo, deps, join } = await fixture()
    const other = await join()
    for (let round = 0; round < 5; round += 1) {
      const name = `shop-${round}`
      await createStore(deps, { name }, by())
      await eventually(() => record(other.repo, name) !== undefined)
      const seen = `"${record(repo, name)?.intentBlob}"`
      const ends = await Promise.allSettled([
        updateStore(deps, { name, ifMatch: seen }, { title: 'One' }, by()),
        updateStore(other.deps, { name, ifMatch: seen }, { title: 'Other' }, by()),
      ])
      const won = ends.findIndex(({ status }) => status === 'fulfilled')
      const lost = ends[1 - won] as PromiseRejectedResult
      expect(['precondition_failed', 'conflict']).toContain(lost.reason.code)
      await eventually(
        () => record(repo, name)?.intent?.title === ['One', 'Other'][won] && rendered(repo, name),
      )
    }
  })
})

describe('a revert', () => {
  it('of a revert by request restores the change, and its own revert removes it again', async () => {
    const { repo, deps } = await fixture()
    await createStore(deps, shop, by())
    const changed = await updateStore(deps, shop, { title: 'Sale', plan: 'medium' }, by())
    let { commit } = changed.landed
    for (const [title, plan] of [
      ['shop', 'small'],
      ['Sale', 'medium'],
      ['shop', 'small'],
    ]) {
      const body = { commit, mode: 'undo', reason: 'back and forth', dryRun: false } as const
      const { reverted } = await revertChange(deps, shop, body, by())
      commit = reverted.commit ?? ''
      expect(record(repo, 'shop')?.intent).toMatchObject({ title, plan })
      expect(rendered(repo, 'shop')).toBe(true)
    }
  })

  it('of a merge by plain git removes the merged changes and leaves a rendered store', async () => {
    const { remote, repo, deps, reconciler } = await fixture()
    await createStore(deps, shop, by())
    await createStore(deps, { name: 'other' }, by())
    const ada = await person(remote, 'ada')
    await ada.git('checkout', '-q', '-b', 'sale')
    const text = await ada.read(path)
    await ada.write(path, text.replace('plan: small', 'plan: medium'))
    await ada.commit('a larger plan')
    await ada.write(path, (await ada.read(path)).replace('title: shop', 'title: Sale'))
    await ada.commit('another title')
    await ada.git('checkout', '-q', 'main')
    await ada.git('merge', '-q', '--no-ff', '-m', 'Merge the sale', 'sale')
    const merge = (await ada.git('rev-parse', 'HEAD')).trim()
    expect(await ada.push()).toBe(true)
    await eventually(() => record(repo, 'shop')?.app?.plan === 'medium')
    await updateStore(deps, { name: 'other' }, { title: 'Meanwhile' }, by())
    await ada.pull()
    await ada.git('revert', '--no-edit', '-m', '1', merge)
    expect(await ada.push()).toBe(true)
    await eventually(() => record(repo, 'shop')?.app?.plan === 'small')
    await reconciler.idle()
    expect(record(repo, 'shop')?.intent).toMatchObject({
      title: 'shop',
      plan: 'small',
      storage: { uploads: 2, database: 2 },
    })
    expect([rendered(repo, 'shop'), rendered(repo, 'other')]).toEqual([true, true])
    expect(record(repo, 'other')?.intent?.title).toBe('Meanwhile')
  })

  it('of a revert by plain git is handled like any other change', async () => {
    const { remote, repo, deps, reconciler } = await fixture(
      PLATFORM_YAML.replace('    allowVolumeExpansion: true\n', ''),
    )
    await createStore(deps, shop, by())
    const { landed } = await updateStore(deps, shop, { plan: 'medium' }, by())
    const ada = await person(remote, 'ada')
    await ada.git('revert', '--no-edit', landed.commit)
    await ada.push()
    await eventually(() => record(repo, 'shop')?.app?.plan === 'small')
    await ada.pull()
    await ada.git('revert', '--no-edit', 'HEAD')
    await ada.push()
    await eventually(() => record(repo, 'shop')?.app?.plan === 'medium')
    await reconciler.idle()
    expect(rendered(repo, 'shop')).toBe(true)
    // Both reverts restored rendered files, so no commit of ours follows.
    expect(await remote.git(['rev-list', '--count', `${landed.commit}..main`])).toBe('2\n')
  })
})
