import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openClone } from '../../src/adapters/git/read/clone-reader.ts'
import { checkRepository } from '../../src/check/check-repository.ts'
import { renderClone } from '../../src/cli/render-clone.ts'
import { createStore } from '../../src/operations/create-store.ts'
import { rerenderStore } from '../../src/operations/render-store.ts'
import { updateStore } from '../../src/operations/update-store.ts'
import { PLATFORM_YAML } from '../../src/testing/platform.ts'
import { eventually } from './harness.ts'
import { by, fixture, folder, intent, record, rendered, show } from './reconciler-fixture.ts'

it.each([
  ['sha1', 40],
  ['sha256', 64],
] as const)(
  'a %s repository is written, rendered and checked with its own object ids',
  async (objectFormat, digits) => {
    const { remote, repo, deps, join: again } = await fixture(PLATFORM_YAML, { objectFormat })
    const { landed } = await createStore(deps, { name: 'asked' }, by())
    expect(landed.record?.app?.tree).toHaveLength(digits)
    expect(rendered(repo, 'asked')).toBe(true)
    await remote.commit({
      [`${folder('default', 'pushed')}/store.yaml`]: intent('default', 'pushed'),
    })
    await eventually(() => rendered(repo, 'pushed'))
    for (const name of ['asked', 'pushed']) {
      await updateStore(deps, { name }, { title: 'Other' }, by())
      expect(rendered(repo, name)).toBe(true)
      const app = JSON.parse(await show(remote, `${folder('default', name)}/app.json`)) as object
      const tree = await remote.git(['rev-parse', `main:${folder('default', name)}/manifests`])
      expect(app).toMatchObject({ tree: tree.trim() })
    }
    // A second server and the offline commands find nothing to do.
    const fresh = await again()
    const head = (await remote.head()).trim()
    await fresh.reconciler.idle()
    const outcome = (await rerenderStore(fresh.deps, { name: 'asked' }, by())).landed.outcome
    expect([outcome, record(fresh.repo, 'asked')?.last.commit.length]).toEqual([
      'unchanged',
      digits,
    ])
    expect((await remote.head()).trim()).toBe(head)
    const clone = await openClone(remote.path)
    const folders = ['stores/default/asked', 'stores/default/pushed']
    const report = await checkRepository(clone!, {
      head,
      base: null,
      labels: [],
      nowMs: Date.now(),
    })
    clone?.close()
    const found = report.problems.filter(({ path }) =>
      folders.some((each) => path.startsWith(each)),
    )
    expect([report.stores, found]).toEqual([2, []])
    const work = join(remote.scratch, 'work')
    await remote.git(['clone', '-q', remote.path, work])
    expect(await renderClone(work, () => {})).toEqual({ stores: 2, skipped: 0, paths: [] })
  },
)
