import { expect, it } from 'vitest'
import { storeDiff } from '../../src/operations/store-diff.ts'
import { storeManifests } from '../../src/operations/store-manifests.ts'
import { create, requester, storeFiles } from '../../src/testing/writes.ts'
import { harness } from './harness.ts'

it('truncates the answer for a pushed folder of 3,000 files and includes store.yaml first', async () => {
  const { remote, open } = await harness()
  const repo = await open()
  await repo.change(requester(), create('default', 'shop'))
  const from = await remote.head()
  const many = Array.from({ length: 3_000 }, (_, n) => [
    `stores/default/shop/manifests/90-${n}.yaml`,
    `# file ${n}\n`,
  ])
  await remote.commit(Object.fromEntries(many), 'many files')
  await repo.change(requester(), create('default', 'other'))
  const all = await repo.files('default', 'shop')
  expect([all.files.length, all.truncated]).toEqual([3_000 + storeFiles('a', 'b').size, false])
  const { files, truncated, intent } = await storeManifests({ repo }, 'shop')
  expect([files.length, truncated, intent?.name]).toEqual([1_000, true, 'shop'])
  expect(files.map(({ path }) => path)).toEqual(files.map(({ path }) => path).toSorted())
  const diff = await storeDiff({ repo }, 'shop', { from, to: 'HEAD' })
  expect(diff.truncated).toBe(true)
  expect(diff.files.length).toBeLessThan(1_000)
  expect(diff.files.every(({ additions, deletions }) => additions === 1 && deletions === 0)).toBe(
    true,
  )
  const whole = await storeDiff({ repo }, 'shop', { to: from })
  expect([whole.truncated, whole.files.length]).toEqual([false, storeFiles('a', 'b').size])
})
