import { expect, it } from 'vitest'
import { memoryRepo } from '../testing/memory-repo.ts'
import { testPlatform } from '../testing/platform.ts'
import { storeFile, storeRecord } from '../testing/records.ts'
import { movedFiles } from './moved-stores.ts'

it('tells of a removed store, so that the generator runs at once', () => {
  const repo = memoryRepo(testPlatform())
  for (const name of ['one', 'two'])
    repo.put(storeRecord('2026-11-24T12:00:00Z', storeFile({ name })))
  const before = repo.snapshot()
  repo.drop('one')
  expect(movedFiles(before, repo.snapshot())).toEqual([
    { path: 'stores/default/one/app.json', kind: 'modified' },
  ])
})
