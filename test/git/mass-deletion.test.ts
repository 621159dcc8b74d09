import { describe, expect, it } from 'vitest'
import { previewRepositoryWrite } from '../../src/operations/changing/preview-write.ts'
import { createStore } from '../../src/operations/create-store.ts'
import { deleteStore } from '../../src/operations/delete-store.ts'
import { releaseDeletions } from '../../src/operations/release-deletions.ts'
import { updateStore } from '../../src/operations/update-store.ts'
import type { BareRemote } from '../../src/testing/bare-remote.ts'
import { isShort } from './goals.ts'
import { eventually } from './harness.ts'
import { by, fixture, folder, record, show } from './reconciler-fixture.ts'

const ALL = Array.from({ length: 64 }, (_, n) => `shop-${n}`)
const MANY = ALL.slice(0, 60)
const pathOf = (name: string) => `${folder('default', name)}/store.yaml`
const DELETED =
  'lifecycle:\n  state: deleted\n  since: "2026-11-24T12:00:00Z"\n  purgeAfter: "2026-12-01T12:00:00Z"'

async function fleet() {
  const made = await fixture()
  await Promise.all(ALL.map((name) => createStore(made.deps, { name }, by())))
  return made
}

/** Pushes one commit that declares stores deleted, like a script over a clone. */
async function deletedByHand(remote: BareRemote, names: readonly string[]) {
  const edited = await Promise.all(
    names.map(async (name) => {
      const text = await show(remote, pathOf(name))
      return [pathOf(name), text.replace(/lifecycle:\n {2}state: active/, DELETED)] as const
    }),
  )
  await remote.commit(Object.fromEntries(edited), 'clean up')
}

const approvals = async (remote: BareRemote) =>
  (await remote.git(['log', '--format=%(trailers:key=Mass-Delete-Approved-By,valueonly)', 'main']))
    .split('\n')
    .filter((line) => line !== '')

describe('F26 a push that deletes 60 stores at once', () => {
  it('N-06 is held and reported at each store until an admin releases it, also after a restart', async () => {
    const { remote, repo, deps, refusals, reconciler, join } = await fleet()
    await deletedByHand(remote, MANY)
    await eventually(() => refusals.size === MANY.length, 60_000)
    await reconciler.idle()
    expect(refusals.get('shop-0')).toEqual([
      {
        pointer: '#/lifecycle/state',
        detail: expect.stringContaining('60 stores would be deleted within'),
      },
    ])
    const rendered = () => MANY.map((name) => record(repo, name)?.app?.lifecycle)
    expect(new Set(rendered())).toEqual(new Set(['active']))

    // A request can delete no further store and change no held store. Other changes work.
    const mine = deleteStore(deps, { name: 'shop-63' }, by())
    await expect(mine).rejects.toMatchObject({ code: 'mass_delete_brake', extra: { count: 61 } })
    const title = updateStore(deps, { name: 'shop-0' }, { title: 'x' }, by())
    await expect(title).rejects.toMatchObject({ code: 'mass_delete_brake' })
    await updateStore(deps, { name: 'shop-62' }, { title: 'x' }, by())

    const later = await join()
    await eventually(() => later.refusals.size === MANY.length, 60_000)
    await later.reconciler.close()

    const asked = { ...deps, newRequestId: () => by().requestId }
    const said = { heldBy: 'massDelete', reason: 'these shops have moved away' } as const
    const wrong = releaseDeletions(asked, { count: 59, ...said }, by())
    await expect(wrong).rejects.toMatchObject({ code: 'mass_delete_brake', extra: { count: 60 } })
    const head = await remote.head()
    const dry = await previewRepositoryWrite(asked, async (through) => {
      await releaseDeletions(through, { count: 60, ...said }, by())
      return []
    })
    expect(dry.commits.map(({ name }) => name).toSorted()).toEqual(MANY.toSorted())
    expect(await remote.head()).toBe(head)
    expect(await approvals(remote)).toEqual([])
    const { released } = await releaseDeletions(asked, { count: 60, ...said }, by())
    expect(released.map(({ name }) => name).toSorted()).toEqual(MANY.toSorted())
    expect(new Set(rendered())).toEqual(new Set(['deleted']))
    expect(await approvals(remote)).toHaveLength(60)
    expect(record(repo, 'shop-63')?.app?.lifecycle).toBe('active')
    await eventually(() => refusals.size === 0, 60_000)
  }, 180_000)

  it('is undone by reverting the push, without a commit of ours', async () => {
    const { remote, repo, refusals, reconciler } = await fleet()
    const before = await remote.head()
    const texts = await Promise.all(
      MANY.map(async (name) => [pathOf(name), await show(remote, pathOf(name))] as const),
    )
    await deletedByHand(remote, MANY)
    await eventually(() => refusals.size === MANY.length, 60_000)
    await remote.commit(Object.fromEntries(texts), 'Revert "clean up"')
    await eventually(() => refusals.size === 0, 60_000)
    await reconciler.idle()
    expect(await remote.git(['rev-list', '--count', `${before}..main`])).toBe('2\n')
    expect(MANY.every((name) => record(repo, name)?.intent?.lifecycle.state === 'active')).toBe(
      true,
    )
  }, 180_000)

  it('is rendered up to the mass delete limit', async () => {
    const { remote, repo, refusals, deps } = await fleet()
    await deletedByHand(remote, ['shop-1', 'shop-2', 'shop-3'])
    const gone = () =>
      ['shop-1', 'shop-2', 'shop-3'].every(
        (name) => record(repo, name)?.app?.lifecycle === 'deleted',
      )
    await eventually(gone, 60_000)
    expect(refusals.size).toBe(0)
    // Deletions pushed by a person count too, because every server reads them from history.
    const mine = deleteStore(deps, { name: 'shop-9' }, by())
    await expect(mine).rejects.toMatchObject({ code: 'mass_delete_brake', extra: { count: 4 } })
    await deletedByHand(remote, ['shop-4'])
    await eventually(() => refusals.size === 1, 60_000)
    expect(record(repo, 'shop-4')?.app?.lifecycle).toBe('active')
  }, 180_000)
})

describe('F26 a push that removes 60 folders at once', () => {
  it.skipIf(isShort)(
    'blocks deletions by request until the folders are restored, also after a restart',
    async () => {
      const { remote, repo, deps, join } = await fleet()
      const before = await remote.head()
      await remote.commit(
        Object.fromEntries(MANY.map((name) => [folder('default', name), null])),
        'clean up',
      )
      await eventually(() => repo.snapshot().stores.size === 4, 60_000)
      const refused = {
        code: 'mass_delete_brake',
        extra: { count: 61, limit: 3, windowMinutes: 60 },
      }
      await expect(deleteStore(deps, { name: 'shop-63' }, by())).rejects.toMatchObject(refused)
      const later = await join()
      await expect(deleteStore(later.deps, { name: 'shop-63' }, by())).rejects.toMatchObject(
        refused,
      )
      // The block lasts as long as the folders are missing, not only for the time window.
      const tomorrow = { now: () => Date.now() + 26 * 3_600_000 }
      const late = deleteStore({ ...deps, clock: tomorrow }, { name: 'shop-63' }, by())
      await expect(late).rejects.toMatchObject(refused)

      const paths = (await remote.git(['ls-tree', '-r', '--name-only', before, 'stores/'])).trim()
      const back = await Promise.all(
        paths
          .split('\n')
          .filter((path) => MANY.some((name) => path.startsWith(`${folder('default', name)}/`)))
          .map(async (path) => [path, await remote.git(['show', `${before}:${path}`])] as const),
      )
      await remote.commit(Object.fromEntries(back), 'Revert "clean up"')
      await eventually(() => repo.snapshot().stores.size === 64, 60_000)
      await expect(
        deleteStore({ ...deps, clock: tomorrow }, { name: 'shop-63' }, by()),
      ).resolves.toMatchObject({ outcome: 'landed' })
    },
    180_000,
  )

  it('allows further deletions after an admin approved one', async () => {
    const { remote, repo, deps } = await fleet()
    await remote.commit(
      Object.fromEntries(MANY.map((name) => [folder('default', name), null])),
      'clean up',
    )
    await eventually(() => repo.snapshot().stores.size === 4, 60_000)
    const request = { name: 'shop-63', allowMassDelete: 61, reason: 'all of them are gone' }
    await deleteStore(deps, request, by())
    expect(await approvals(remote)).toEqual(['local'])
    const tomorrow = { now: () => Date.now() + 26 * 3_600_000 }
    await deleteStore({ ...deps, clock: tomorrow }, { name: 'shop-62' }, by())
  }, 180_000)
})
