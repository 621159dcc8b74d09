import { beforeEach, describe, expect, it } from 'vitest'
import { StoreError } from '../domain/errors.ts'
import type { Decide, StoreChange } from '../domain/ports.ts'
import { type MemoryRepo, memoryRepo } from '../testing/memory-repo.ts'
import { testPlatform } from '../testing/platform.ts'
import { type RecordedMetrics, recordedMetrics } from '../testing/recorded-metrics.ts'
import { storeFile, storeRecord } from '../testing/records.ts'
import { createChange, requester, storeYaml } from '../testing/writes.ts'
import { measuredRepo } from './measured-repo.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

/** The files of a store in one state, as a render makes them. */
function inState(
  name: string,
  state: string,
  action: StoreChange['action'] = 'update',
): StoreChange {
  const { app } = storeRecord('2026-11-24T12:00:00Z', storeFile({ name }))
  const yaml = storeYaml('default', name).replace('state: active', `state: ${state}`)
  return {
    ...createChange('default', name),
    action,
    files: new Map([
      ['store.yaml', utf8(yaml)],
      ['app.json', utf8(JSON.stringify({ ...app, lifecycle: state }))],
    ]),
  }
}

let inner: MemoryRepo
let metrics: RecordedMetrics
const land = (change: StoreChange | 'unchanged', repo = measuredRepo(inner, metrics)) =>
  repo.change(requester(), () => change)
const counted = () => ({
  created: metrics.counts['store_created_total'] ?? 0,
  deleted: metrics.counts['store_deletion_total'] ?? 0,
})

beforeEach(() => {
  inner = memoryRepo(testPlatform())
  metrics = recordedMetrics()
})

describe('stores that this server writes', () => {
  it('count as created once, whatever changes later', async () => {
    await land(inState('shop', 'active', 'create'))
    await land(inState('shop', 'suspended'))
    await land('unchanged')
    expect(counted()).toEqual({ created: 1, deleted: 0 })
  })

  it('count as deleted with each deletion, but not with the steps that follow one', async () => {
    await land(inState('shop', 'active', 'create'))
    await land(inState('shop', 'deleted', 'delete'))
    await land(inState('shop', 'purge', 'purge'))
    await land({ ...inState('shop', 'purge', 'remove'), files: new Map() })
    expect(counted()).toEqual({ created: 1, deleted: 1 })
    await land(inState('shop', 'active', 'create'))
    await land(inState('shop', 'deleted', 'delete'))
    await land(inState('shop', 'active', 'restore'))
    await land(inState('shop', 'deleted', 'delete'))
    expect(counted()).toEqual({ created: 2, deleted: 3 })
  })

  it('count as created if a person pushed only their store.yaml', async () => {
    const pushed = storeRecord('2026-11-24T12:00:00Z')
    inner.put({ ...pushed, app: null, manifestsTree: '', rendered: null })
    await land(inState('shop', 'active', 'render'))
    expect(counted()).toEqual({ created: 1, deleted: 0 })
  })

  it('count as deleted if a person pushed only that', async () => {
    await land(inState('shop', 'active', 'create'))
    const record = inner.snapshot().stores.get('shop')!
    inner.put({ ...record, intent: storeFile({ lifecycle: { state: 'deleted' } }) })
    await land(inState('shop', 'deleted', 'delete'))
    expect(counted()).toEqual({ created: 1, deleted: 1 })
  })
})

describe('a change that fails', () => {
  const failing = (error: StoreError) =>
    measuredRepo(
      {
        ...inner,
        async change(_by, decide: Decide) {
          decide(inner.snapshot())
          throw error
        },
      },
      metrics,
    )

  it('is not counted', async () => {
    const repo = failing(new StoreError('git_unavailable', 'the remote is down'))
    await expect(land(inState('shop', 'active', 'create'), repo)).rejects.toThrow('down')
    await land(inState('other', 'active', 'create'))
    expect(counted()).toEqual({ created: 1, deleted: 0 })
  })

  it('is counted once when its commit is found, if its outcome was unknown', async () => {
    const unknown = { extra: { outcome: 'unknown' } }
    const repo = failing(new StoreError('git_timeout', 'no answer', unknown))
    const by = requester()
    const change = inState('shop', 'active', 'create')
    await expect(repo.change(by, () => change)).rejects.toThrow('no answer')
    inner.moved()
    expect(counted()).toEqual({ created: 0, deleted: 0 })
    // The push arrived after all.
    await inner.change(by, () => change)
    inner.moved()
    expect(counted()).toEqual({ created: 1, deleted: 0 })
  })
})

it('a change that landed is observed with its duration and its pushes, and no other', async () => {
  await land(inState('shop', 'active', 'create'))
  await land('unchanged')
  expect(metrics.values['storewright_stage_duration_seconds request_to_commit']).toHaveLength(1)
  expect(metrics.values['storewright_git_push_attempts']).toEqual([1])
})
