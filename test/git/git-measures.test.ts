import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { recordedMetrics } from '../../src/testing/recorded-metrics.ts'
import { create, requester } from '../../src/testing/writes.ts'
import { eventually, harness } from './harness.ts'

it('counts a push that lost its race apart from the one that landed', async () => {
  const { remote, open } = await harness()
  const metrics = recordedMetrics()
  let pushes = 0
  const repo = await open({
    metrics,
    reached: async (point) => {
      if (point !== 'push') return
      pushes += 1
      if (pushes === 1) await remote.commit({ 'README.md': 'by a person\n' })
    },
  })
  await repo.change(requester(), create('default', 'shop'))
  expect(metrics.counts).toMatchObject({
    'storewright_git_host_calls_total clone done': 1,
    'storewright_git_host_calls_total push lost': 1,
    'storewright_git_host_calls_total push done': 1,
    'storewright_git_commits_total lost': 1,
    'storewright_git_commits_total done': 1,
  })
  expect(metrics.values['storewright_git_batch_size']).toEqual([1, 1])
  expect(metrics.values['storewright_git_push_duration_seconds']).toHaveLength(2)
})

it('counts fetches by result, and shows the age of the last one that succeeded', async () => {
  const { remote, open } = await harness()
  const metrics = recordedMetrics()
  const repo = await open({ metrics, fetchIntervalMs: 1000 })
  expect(repo.state().fetchAgeMs).toBe(Infinity)
  const count = (result: string) =>
    metrics.counts[`storewright_git_host_calls_total fetch ${result}`] ?? 0
  await eventually(() => count('done') > 0)
  expect(repo.state().fetchAgeMs).toBeLessThan(10_000)
  await rename(remote.path, `${remote.path}.away`)
  await eventually(() => count('unavailable') > 0)
  const age = repo.state().fetchAgeMs
  await eventually(() => count('unavailable') > 1)
  expect(repo.state().fetchAgeMs).toBeGreaterThan(age)
  await rename(`${remote.path}.away`, remote.path)
})

it('counts a cache that was cloned again, with the cause', async () => {
  const { open, dataDir } = await harness()
  const first = await open()
  await first.change(requester(), create('default', 'shop'))
  await first.close(0)
  await rm(join(dataDir(0), 'cache.git', 'objects'), { recursive: true })
  const metrics = recordedMetrics()
  await open({ metrics, dataDir: dataDir(0) })
  expect(metrics.counts).toMatchObject({
    'storewright_git_cache_rebuilds_total start': 1,
    'storewright_git_host_calls_total clone done': 1,
  })
})
