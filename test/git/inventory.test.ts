import { expect, it } from 'vitest'
import { createStoreViews } from '../../src/observe/store-views.ts'
import { createStore } from '../../src/operations/create-store.ts'
import { deleteStore } from '../../src/operations/delete-store.ts'
import { getSummary } from '../../src/operations/get-summary.ts'
import type { BareRemote } from '../../src/testing/bare-remote.ts'
import { fakeApplications } from '../../src/testing/fake-applications.ts'
import { healthyApplication } from '../../src/testing/phase-input.ts'
import { PLATFORM_YAML } from '../../src/testing/platform.ts'
import { eventually } from './harness.ts'
import { by, fixture, folder, record, show } from './reconciler-fixture.ts'

const release = /  "2026\.11":\n[\s\S]*/.exec(PLATFORM_YAML)?.[0] ?? ''
const platform = `${PLATFORM_YAML}${release.replace('2026.11', '2026.12')}`
const clock = { now: () => Date.now() }

/**
 * Counts with plain git: stores by value of each key, and folders whose manifests differ from their
 * render.
 */
async function scan(remote: BareRemote) {
  const paths = (await remote.git(['ls-tree', '-r', '--name-only', 'main', 'stores/'])).split('\n')
  const intents = paths.filter((path) => path.endsWith('/store.yaml'))
  const counts: Record<string, Record<string, number>> = { plan: {}, release: {}, team: {} }
  let modified = 0
  for (const path of intents) {
    const home = path.slice(0, -'/store.yaml'.length)
    const app = JSON.parse(await show(remote, `${home}/app.json`)) as Record<string, string>
    const tree = (await remote.git(['rev-parse', `main:${home}/manifests`])).trim()
    if (tree !== app['tree']) modified += 1
    if (app['lifecycle'] === 'deleted') continue
    for (const [key, values] of Object.entries(counts)) {
      const value = app[key] ?? ''
      values[value] = (values[value] ?? 0) + 1
    }
  }
  return { counts, modified, stores: intents.length }
}

it('N-21 the summary counts plans, releases, teams and modified, invalid and detached stores like a scan of the repository', async () => {
  const { remote, repo, deps, refusals } = await fixture(platform)
  const applications = fakeApplications(clock.now)
  const views = createStoreViews({ repo, refusals, applications, clock })
  const wishes = [
    { name: 'one', plan: 'small', release: '2026.11' },
    { name: 'two', plan: 'medium', release: '2026.12' },
    { name: 'three', plan: 'medium', release: '2026.12', team: 'acme' },
    { name: 'edited', plan: 'small', release: '2026.11', team: 'acme' },
    { name: 'broken', plan: 'large', release: '2026.12' },
    { name: 'gone', plan: 'small', release: '2026.11' },
    { name: 'deleted', plan: 'small', release: '2026.11' },
  ]
  for (const wish of wishes) await createStore(deps, wish, by())
  await deleteStore(deps, { name: 'deleted' }, by())
  const config = `${folder('acme', 'edited')}/manifests/30-config.yaml`
  await remote.commit({
    [config]: `${await show(remote, config)}# by hand\n`,
    [folder('default', 'gone')]: null,
  })
  const intent = `${folder('default', 'broken')}/store.yaml`
  await remote.commit({ [intent]: (await show(remote, intent)).replace('lifecycle', 'lifecicle') })
  await eventually(() => record(repo, 'broken')?.intent === null)
  await eventually(() => record(repo, 'gone') === undefined)
  const healthy = healthyApplication()
  for (const { name } of wishes) if (name !== 'gone') applications.set(`store-${name}`, healthy)

  const found = await scan(remote)
  expect([found.stores, found.modified]).toEqual([6, 1])
  const { total, facets, attention } = getSummary({ repo, views }, { deleted: 'exclude' })
  // A detached store is no longer in Git but is counted too.
  expect(total).toBe(found.stores)
  const detached = views.get('gone')!
  for (const key of ['plan', 'release', 'team'] as const) {
    const declared = { ...facets[key] }
    declared[detached[key]] = (declared[detached[key]] ?? 0) - 1
    expect(declared, key).toEqual(found.counts[key])
  }
  expect(attention).toMatchObject({ modified: found.modified, invalid: 1, detached: 1 })
})
