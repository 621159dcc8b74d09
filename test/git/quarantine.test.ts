import { describe, expect, it } from 'vitest'
import type { StoreChange } from '../../src/domain/ports.ts'
import { createStore } from '../../src/operations/create-store.ts'
import { PLATFORM_YAML } from '../../src/testing/platform.ts'
import { eventually } from './harness.ts'
import { by, fixture, folder, intent, record } from './reconciler-fixture.ts'

const kept = PLATFORM_YAML.replace(
  '  maxStores: 20000\n',
  '  maxStores: 20000\n  nameQuarantineDays: 30\n',
)
const elsewhere = { name: 'shop', team: 'acme' } as const
/** Removes the folder in a commit of ours, as the second step of a purge does. */
const removal = (): StoreChange => ({
  ...{ team: 'default', name: 'shop', action: 'remove', facts: [], files: new Map() },
})

describe('the name of a store that left Git', () => {
  it('S2-16 stays with its team after a purge, on every server and after a restart; without quarantine it is free', async () => {
    for (const [platform, outcome] of [
      [kept, 'name_quarantined'],
      [PLATFORM_YAML, 'acme'],
    ] as const) {
      const { repo, deps, join } = await fixture(platform)
      await createStore(deps, { name: 'shop' }, by())
      await repo.change(by(), removal)
      const fresh = (await join()).deps
      const tried = await createStore(fresh, elsewhere, by()).then(
        ({ landed }) => landed.record?.team,
        ({ code }: { code: string }) => code,
      )
      expect(tried).toBe(outcome)
      if (outcome === 'acme') continue
      await createStore(deps, { name: 'shop' }, by())
      expect(record(repo, 'shop')?.team).toBe('default')
      expect(repo.snapshot().vacated.size).toBe(0)
    }
  })

  it('is not given to a store that was decided in the same batch', async () => {
    const { repo, deps } = await fixture(kept)
    await createStore(deps, { name: 'shop' }, by())
    const [removed, created] = await Promise.allSettled([
      repo.change(by(), removal),
      createStore(deps, elsewhere, by()),
    ])
    expect(removed.status).toBe('fulfilled')
    expect(created).toMatchObject({ reason: { code: expect.stringMatching(/^name_/) } })
  })

  it('is kept without end when its folder vanished: another team would take the volumes over, by request or by push', async () => {
    const { remote, repo, deps, refusals } = await fixture()
    await createStore(deps, { name: 'shop' }, by())
    await remote.commit({ [folder('default', 'shop')]: null })
    await eventually(() => record(repo, 'shop') === undefined)
    await expect(createStore(deps, elsewhere, by())).rejects.toMatchObject({
      code: 'name_quarantined',
      extra: { until: null },
    })
    await remote.commit({ [`${folder('acme', 'shop')}/store.yaml`]: intent('acme', 'shop') })
    await eventually(() => refusals.get('shop').length > 0)
    expect(record(repo, 'shop')?.app).toBeNull()
    await remote.commit({ [folder('acme', 'shop')]: null })
    await eventually(() => record(repo, 'shop') === undefined)
    await createStore(deps, { name: 'shop' }, by())
  })
})
