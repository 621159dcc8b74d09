import { expect, it } from 'vitest'
import type { Requester } from '../../domain/ports.ts'
import { memoryRepo } from '../../testing/memory-repo.ts'
import { memorySealer } from '../../testing/memory-sealer.ts'
import { testPlatform } from '../../testing/platform.ts'
import { createStore } from '../create-store.ts'
import { deleteStore } from '../delete-store.ts'
import { startQueued } from './start-queued.ts'

const clock = { now: () => Date.parse('2026-11-24T12:00:00Z') }
const one = { wasReady: () => false, speaks: () => true }
/** A silent source of status: then no store waits. */
const silent = { wasReady: () => false, speaks: () => false }
let count = 0
const by = (): Requester => ({
  subject: 'local',
  auth: 'local',
  source: 'api',
  requestId: `01JD${String((count += 1)).padStart(22, '0')}`,
})

async function queued() {
  const platform = testPlatform((yaml) => yaml.replace('provisioning: 0', 'provisioning: 1'))
  const repo = memoryRepo(platform, clock.now)
  const views = { all: () => [], get: () => null, present: () => ({}) as never }
  const deps = { repo, views, clock, sealer: memorySealer(), provisioning: one }
  for (const name of ['first', 'second']) await createStore(deps, { name }, by())
  const record = repo.snapshot().stores.get('second')
  if (record?.intent?.queued !== true) throw new Error('the second store is not queued')
  return { repo, deps, record }
}

it('starts a queued store when there is room', async () => {
  const { repo, deps, record } = await queued()
  expect((await startQueued(deps, one, record, by())).outcome).toBe('unchanged')
  expect((await startQueued(deps, silent, record, by())).outcome).toBe('landed')
  expect(repo.snapshot().stores.get('second')?.intent?.queued).toBe(undefined)
})

it('does not start a store that was deleted since the queue was read', async () => {
  const { repo, deps, record } = await queued()
  await deleteStore(deps, { name: 'second' }, by())
  const { length } = repo.landed
  expect((await startQueued(deps, silent, record, by())).outcome).toBe('unchanged')
  expect(repo.landed).toHaveLength(length)
})
