import { describe, expect, it } from 'vitest'
import { simulatedApplications } from '../src/adapters/argocd/simulated.ts'
import type { Applications } from '../src/domain/ports.ts'
import type { StoreRecord } from '../src/domain/snapshot.ts'
import { createStoreViews } from '../src/observe/store-views.ts'
import { memoryRepo } from '../src/testing/memory-repo.ts'
import { testPlatform } from '../src/testing/platform.ts'
import { storeFile, storeRecord } from '../src/testing/records.ts'

const T0 = Date.parse('2026-11-24T12:00:00Z')
const iso = (seconds: number) => new Date(T0 + seconds * 1000).toISOString()

/** Views of the simulated Argo CD, with a clock that the test sets. */
function fixture(record: StoreRecord = storeRecord(iso(0)), source?: Applications) {
  const time = { now: T0 }
  const clock = { now: () => time.now }
  const repo = memoryRepo(testPlatform(), clock.now)
  repo.put(record)
  const views = createStoreViews({
    repo,
    clock,
    applications: source ?? simulatedApplications(clock),
  })
  const at = (seconds: number) => {
    time.now = T0 + seconds * 1000
    return views.get(record.name)!
  }
  return { repo, views, at }
}

const simulate = (fault: string) =>
  storeRecord(iso(0), storeFile({ labels: { 'storewright.dev/simulate': fault } }))

describe('store views of the simulated Argo CD', () => {
  it('go from Committed to Ready in 12 seconds', () => {
    const { at } = fixture()
    const seen = [0, 1, 2, 4, 7, 11, 12].map((seconds) => {
      const { phase, reason, status } = at(seconds)
      return [seconds, phase, reason, status]
    })
    expect(seen).toEqual([
      [0, 'Committed', 'WaitingForApplication', 'Provisioning'],
      [1, 'Committed', 'WaitingForRefresh', 'Provisioning'],
      [2, 'Syncing', 'Applying', 'Provisioning'],
      [4, 'Progressing', 'Starting', 'Provisioning'],
      [7, 'Progressing', 'Settling', 'Provisioning'],
      [11, 'Progressing', 'Settling', 'Provisioning'],
      [12, 'Ready', 'Serving', 'Ready'],
    ])
  })

  it('never report Missing for a change of a running store', () => {
    const { repo, at } = fixture()
    at(60)
    const record = storeRecord(iso(0))
    repo.put({ ...record, last: { ...record.last, commit: 'd'.repeat(40), at: iso(100) } })
    const seen = [101, 102, 103, 104, 107].map((seconds) => at(seconds).health)
    expect(seen).not.toContain('Missing')
    expect(fixture().at(3).health).toBe('Missing')
  })

  it('are not Ready before a queued store was started and set up', () => {
    const { repo, at } = fixture(storeRecord(iso(0), storeFile({ autoSync: false, queued: true })))
    expect(at(60)).toMatchObject({ reason: 'Queued', url: '' })
    const record = storeRecord(iso(0))
    const turn = { commit: 'd'.repeat(40), at: iso(100), action: 'update', by: 'system' } as const
    repo.put({ ...record, last: { ...record.last, ...turn } })
    const seen = [101, 102, 104, 107, 111].map((seconds) => at(seconds).phase)
    expect(seen).toEqual(['Committed', 'Syncing', 'Progressing', 'Progressing', 'Progressing'])
    expect(at(112)).toMatchObject({ phase: 'Ready', firstReadyAt: iso(112) })
  })

  it('have no url before the first Ready, and are marked as simulated', () => {
    const { at } = fixture()
    expect(at(4)).toMatchObject({ url: '', host: 'shop.127-0-0-1.nip.io', simulated: true })
    expect(at(12).url).toBe('http://shop.127-0-0-1.nip.io')
  })

  it('know that a store was Ready before this process started', () => {
    expect(fixture().at(7200)).toMatchObject({
      phase: 'Ready',
      url: 'http://shop.127-0-0-1.nip.io',
    })
  })

  it.each([
    ['degraded', 'Degraded', 'Degraded'],
    ['stuck', 'Progressing', 'Starting'],
    ['sync-failed', 'Failed', 'SyncFailed'],
    ['missing', 'Committed', 'WaitingForApplication'],
  ])('simulate %s', (fault, phase, reason) => {
    expect(fixture(simulate(fault)).at(60)).toMatchObject({ phase, reason })
  })

  it('report a missed deadline for a store that never becomes Ready', () => {
    expect(fixture(simulate('stuck')).at(960)).toMatchObject({
      phase: 'Degraded',
      reason: 'ProgressDeadline',
    })
    expect(fixture(simulate('missing')).at(400)).toMatchObject({ reason: 'ApplicationMissing' })
  })

  it('follow a soft delete', () => {
    const created = storeRecord(iso(-600))
    const intent = storeFile({
      lifecycle: {
        state: 'deleted',
        since: '2026-11-24T12:00:00Z',
        purgeAfter: '2026-12-01T12:00:00Z',
      },
    })
    const deleted = storeRecord(iso(0), intent)
    const { at } = fixture({
      ...deleted,
      created: { ...created.created, commit: 'd'.repeat(40) },
    })
    expect(at(1).phase).toBe('Committed')
    expect(at(2).phase).toBe('Syncing')
    expect(at(9)).toMatchObject({
      phase: 'SoftDeleted',
      status: 'Suspended',
      deletedAt: '2026-11-24T12:00:00Z',
      purgeAfter: '2026-12-01T12:00:00Z',
    })
  })

  it('are stale but have the declared state while Argo CD is silent', () => {
    const time = simulatedApplications({ now: () => T0 + 20_000 })
    const { at } = fixture(storeRecord(iso(0)), { ...time, asOf: () => T0 + 20_000 })
    expect(at(20).phase).toBe('Ready')
    expect(at(200)).toMatchObject({ phase: 'Unknown', stale: true, status: 'Ready', plan: 'small' })
  })

  it('detect a hand edit of rendered files', () => {
    const record = storeRecord(iso(0))
    expect(fixture({ ...record, manifestsTree: 'e'.repeat(40) }).at(60).modified).toBe(true)
    expect(fixture(record).at(60).modified).toBe(false)
  })

  it('keep the time of the last change of a condition', () => {
    const { at } = fixture()
    at(4)
    at(9)
    const healthy = at(30).conditions.find(({ type }) => type === 'Healthy')
    expect(healthy).toMatchObject({ status: 'True', lastTransitionTime: iso(9) })
  })

  it('report the states Committed, Synced and Live of a change', () => {
    const { at } = fixture()
    expect([1, 5, 12].map((seconds) => at(seconds).change.state)).toEqual([
      'Committed',
      'Synced',
      'Live',
    ])
  })
})
