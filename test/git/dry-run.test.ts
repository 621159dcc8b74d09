import { expect, it } from 'vitest'
import { simulatedApplications } from '../../src/adapters/argocd/simulated.ts'
import { type OperationId, paths } from '../../src/contract/paths.ts'
import { createStoreViews } from '../../src/observe/store-views.ts'
import { httpFixture } from '../http/fixture.ts'
import { declareSamples, sampleOf, sendSample } from '../writes.ts'
import { harness } from './harness.ts'

/** The earlier API has no dry run. */
const writes = (Object.keys(paths) as OperationId[]).filter(
  (id) => paths[id][3] === 'writes' && !id.startsWith('legacy'),
)

it('P-1 a write with dryRun=true, an unknown parameter or an unknown member moves no ref of the remote', async () => {
  const { remote, open } = await harness()
  const repo = await open()
  const clock = { now: () => Date.now() }
  const applications = simulatedApplications(clock)
  const views = createStoreViews({ repo, applications, clock })
  const http = httpFixture({ repo, applications, views, clock })
  const commit = await declareSamples(http)
  expect(commit).toMatch(/^[0-9a-f]{40}$/)
  expect(writes.length).toBeGreaterThan(10)
  const refs = () => remote.git(['for-each-ref'])
  const before = await refs()
  for (const id of writes) {
    const sample = sampleOf(id, commit)
    const dry = await sendSample(http, id, sample, 'dryRun=true')
    // The two releases and the acceptance of a rewrite return 409, because there is nothing to
    // release or accept.
    expect([id, [200, 409].includes(dry.status)]).toEqual([id, true])
    expect((await sendSample(http, id, sample, 'dryrun=true')).status).toBe(400)
    expect((await sendSample(http, id, sample, '', { dryrun: true })).status).toBe(400)
  }
  expect(await refs()).toBe(before)
  expect((await sendSample(http, 'deleteStore', sampleOf('deleteStore'))).status).toBe(204)
  expect(await refs()).not.toBe(before)
})
