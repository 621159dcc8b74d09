import { describe, expect, it } from 'vitest'
import type { StoreChange } from '../../src/domain/ports.ts'
import { createStore } from '../../src/operations/create-store.ts'
import { releaseName } from '../../src/operations/release-name.ts'
import { fakeApplications } from '../../src/testing/fake-applications.ts'
import { PLATFORM_YAML } from '../../src/testing/platform.ts'
import { purgeSettings } from '../../src/testing/time.ts'
import { eventually } from './harness.ts'
import { by, fixture, folder, intent, record } from './reconciler-fixture.ts'

const kept = PLATFORM_YAML.replace(
  '  maxStores: 20000\n',
  '  maxStores: 20000\n  nameQuarantineDays: 30\n',
)
const elsewhere = { name: 'shop', team: 'acme' } as const
/** Removes the folder in a commit of ours, like the second step of a purge. */
const removal = (): StoreChange => ({
  team: 'default',
  name: 'shop',
  action: 'remove',
  facts: [],
  files: new Map(),
})

describe('the name of a removed store', () => {
  it('S2-16 is reserved for its team after a purge on every server, and free without a quarantine', async () => {
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

  it('is not given to another team in the same batch', async () => {
    const { repo, deps } = await fixture(kept)
    await createStore(deps, { name: 'shop' }, by())
    const [removed, created] = await Promise.allSettled([
      repo.change(by(), removal),
      createStore(deps, elsewhere, by()),
    ])
    expect(removed.status).toBe('fulfilled')
    expect(created).toMatchObject({ reason: { code: expect.stringMatching(/^name_/) } })
  })

  it('stays reserved for its team if the folder vanished, for requests and pushes, because the volumes may still exist', async () => {
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

  it('becomes free or enters quarantine on every server after an admin released it', async () => {
    const applications = fakeApplications(() => Date.now())
    const said = { name: 'shop', reason: 'the cluster was rebuilt' }
    for (const [platform, outcome] of [
      [PLATFORM_YAML, 'acme'],
      [kept, 'name_quarantined'],
    ] as const) {
      const { remote, repo, deps, refusals, join } = await fixture(platform)
      const release = () => releaseName({ ...deps, applications, purge: purgeSettings }, said, by())
      await createStore(deps, { name: 'shop' }, by())
      await expect(release()).rejects.toMatchObject({ code: 'conflict' })
      await remote.commit({ [folder('default', 'shop')]: null })
      await eventually(() => record(repo, 'shop') === undefined && repo.state().lost.length > 0)
      // Another team has already pushed a store with this name.
      const path = `${folder('acme', 'shop')}/store.yaml`
      await remote.commit({ [path]: intent('acme', 'shop') })
      await eventually(() => refusals.get('shop').length > 0)
      const tree = await remote.git(['rev-parse', 'main^{tree}'])
      const { until, revision } = await release()
      expect(until === null).toBe(outcome === 'acme')
      expect(await remote.git(['rev-parse', `${revision}^{tree}`])).toBe(tree)
      const message = await remote.git(['show', '-s', '--format=%B', revision])
      expect(message).toMatch(/^store\(default\/shop\): release \(name\)\n/)
      expect(message).toContain('Reason: the cluster was rebuilt')
      expect(message).toContain('Requested-By: local')
      expect(repo.state().lost).toEqual([])
      await expect(release()).rejects.toMatchObject({ code: 'conflict', extra: { until } })
      const fresh = await join()
      expect(fresh.repo.state().lost).toEqual([])
      if (outcome === 'acme') {
        await eventually(() => record(repo, 'shop')?.app?.team === 'acme')
        continue
      }
      await remote.commit({ [folder('acme', 'shop')]: null })
      await eventually(() => record(fresh.repo, 'shop') === undefined)
      await expect(createStore(fresh.deps, elsewhere, by())).rejects.toMatchObject({
        code: outcome,
        extra: { until },
      })
      await createStore(fresh.deps, { name: 'shop' }, by())
    }
  })
})
