import { describe, expect, it } from 'vitest'
import { createStore } from '../../src/operations/create-store.ts'
import { deleteStore } from '../../src/operations/delete-store.ts'
import { previewStore } from '../../src/operations/preview-store.ts'
import { updateStore } from '../../src/operations/update-store.ts'
import type { BareRemote } from '../../src/testing/bare-remote.ts'
import { eventually } from './harness.ts'
import { by, fixture, folder, record } from './reconciler-fixture.ts'

/** Files of a store at a commit, by path. */
async function filesAt(remote: BareRemote, commit: string, home: string) {
  const paths = (await remote.git(['ls-tree', '-r', '--name-only', commit, `${home}/`])).trim()
  const rows = paths.split('\n').map(async (path) => {
    return [path, await remote.git(['show', `${commit}:${path}`])] as const
  })
  return Object.fromEntries(await Promise.all(rows))
}

describe('a store folder restored by a push', () => {
  it('continues the former store: requests can change and delete it, and its volumes may not shrink', async () => {
    const { remote, repo, deps } = await fixture()
    const home = folder('default', 'shop')
    const { landed } = await createStore(deps, { name: 'shop', plan: 'medium' }, by())
    await remote.commit({ [home]: null }, 'an accident')
    await eventually(() => record(repo, 'shop') === undefined)
    const files = await filesAt(remote, landed.commit, home)
    await remote.commit(files, 'Revert "an accident"')
    await eventually(() => record(repo, 'shop') !== undefined)
    expect(record(repo, 'shop')?.last.requestId).toBeNull()
    await updateStore(deps, { name: 'shop' }, { title: 'Again' }, by())
    await remote.commit({ [home]: null }, 'another accident')
    await eventually(() => record(repo, 'shop') === undefined)
    const path = `${home}/store.yaml`
    const smaller = (files[path] ?? '').replace('database: 5', 'database: 2')
    await remote.commit({ ...files, [path]: smaller }, 'put back with less')
    await eventually(() => record(repo, 'shop') !== undefined)
    await expect(deleteStore(deps, { name: 'shop' }, by())).rejects.toMatchObject({
      code: 'grow_only',
    })
    await remote.commit({ [path]: files[path] ?? '' }, 'put back as it was')
    await eventually(() => record(repo, 'shop')?.intent?.storage.database === 5)
    await deleteStore(deps, { name: 'shop' }, by())
    expect(record(repo, 'shop')?.app?.lifecycle).toBe('deleted')
  })

  it('can be deleted by request if it was pushed for the first time with its rendered files', async () => {
    const { remote, repo, deps } = await fixture()
    const { files } = previewStore(deps, { name: 'brought' }, 'local')
    const home = folder('default', 'brought')
    const copy = Object.fromEntries(files.map(({ path, content }) => [`${home}/${path}`, content]))
    await remote.commit(copy, 'a whole store')
    await eventually(() => record(repo, 'brought')?.app !== undefined)
    await deleteStore(deps, { name: 'brought' }, by())
    expect(record(repo, 'brought')?.app?.lifecycle).toBe('deleted')
  })
})
