import { expect, it } from 'vitest'
import { fakeApplications } from '../testing/fake-applications.ts'
import { memoryRepo } from '../testing/memory-repo.ts'
import { healthyApplication } from '../testing/phase-input.ts'
import { testPlatform } from '../testing/platform.ts'
import { storeFile, storeRecord } from '../testing/records.ts'
import { createStoreViews } from './store-views.ts'
import { movedFiles, unseenFiles } from './webhook-files.ts'

it('reports a removed store, so that the generator runs immediately', () => {
  const repo = memoryRepo(testPlatform())
  for (const name of ['one', 'two'])
    repo.put(storeRecord('2026-11-24T12:00:00Z', storeFile({ name })))
  const before = repo.snapshot()
  repo.drop('one')
  expect(movedFiles(before, repo.snapshot())).toEqual([
    { path: 'stores/default/one/app.json', kind: 'modified' },
  ])
})

it('reports at a start the stores that Argo CD has not compared since they changed', () => {
  const clock = { now: () => Date.now() }
  const repo = memoryRepo(testPlatform(), clock.now)
  const applications = fakeApplications(clock.now)
  const views = createStoreViews({ repo, applications, clock })
  expect(unseenFiles(views)).toEqual([])
  for (const name of ['seen', 'unseen']) {
    repo.put(storeRecord('2026-11-24T12:00:00Z', storeFile({ name })))
    const { commit } = repo.snapshot().stores.get(name)!.last
    const syncRevision = name === 'seen' ? commit : ''
    applications.set(`store-${name}`, healthyApplication({ syncRevision }))
  }
  const files = (name: string) =>
    ['app.json', 'manifests/00-namespace.yaml'].map((file) => ({
      path: `stores/default/${name}/${file}`,
      kind: 'modified',
    }))
  expect(unseenFiles(views)).toEqual(files('unseen'))
  repo.drop('unseen')
  // Any file makes the generator run, which then notices the removed store.
  expect(unseenFiles(views)).toEqual(files('seen'))
})
