import { describe, expect, it } from 'vitest'
import { after, healthyApplication, readyInput, timeAfter } from '../../testing/phase-input.ts'
import { storeFile } from '../../testing/records.ts'
import { purgeSettings, steadyTime } from '../../testing/time.ts'
import { purging } from '../admission/lifecycle.ts'
import type { Application } from './application.ts'
import { phaseOf } from './phase.ts'
import { allMet, isStuck, type PurgeInput, purgeGatesOf } from './purge.ts'

/** All gates are met, one minute after the commit. */
function input(
  application: Partial<Application> | null = {},
  change: Partial<PurgeInput> = {},
): PurgeInput {
  return {
    lifecycle: { state: 'purge', since: timeAfter(0), purgeAfter: timeAfter(0) },
    application: application && healthyApplication({ cascades: true, ...application }),
    required: 'tree-1',
    observed: 'tree-1',
    source: { asOf: after(60), intervalMs: 60_000, reconciliationMs: 180_000, believed: true },
    now: after(60),
    time: steadyTime(() => after(60)).reading(),
    minUptimeMs: purgeSettings.minUptimeMs,
    ...change,
  }
}

const open = (of: PurgeInput) => purgeGatesOf(of).flatMap(({ gate, met }) => (met ? [] : [gate]))
const state = healthyApplication().operationState!

describe('the gates of a purge', () => {
  it('are met when Argo CD applied this tree, compared since, and is healthy and not silent', () => {
    expect(purgeGatesOf(input()).map(({ gate }) => gate)).toEqual([
      ...['finalizer', 'applied', 'operation', 'health', 'source', 'retention', 'clock'],
    ])
    expect(allMet(purgeGatesOf(input()))).toBe(true)
    expect(allMet([])).toBe(false)
  })

  it.each([
    ['no Application', input(null), ['finalizer', 'applied', 'operation', 'health', 'source']],
    ['no finalizer yet', input({ cascades: false }), ['finalizer']],
    ['another tree was compared', input({}, { observed: 'tree-0' }), ['applied']],
    ['an unknown commit was compared', input({}, { observed: null }), ['applied']],
    ['OutOfSync', input({ sync: 'OutOfSync' }), ['applied']],
    ['a sync is requested', input({ operationRequested: true }), ['operation']],
    ['never synced', input({ operationState: null }), ['operation']],
    [
      'a sync runs',
      input({ operationState: { ...state, phase: 'Running', finishedAt: null } }),
      ['operation'],
    ],
    ['the sync failed', input({ operationState: { ...state, phase: 'Failed' } }), ['operation']],
    [
      'Argo CD has not compared since the sync',
      input({ reconciledAt: timeAfter(4) }),
      ['operation'],
    ],
    ['Argo CD never compared', input({ reconciledAt: null }), ['operation', 'source']],
    ['the final backup runs', input({ health: 'Progressing' }), ['health']],
    ['the final backup failed', input({ health: 'Degraded' }), ['health']],
    ['Healthy for 4 s', input({ healthSince: timeAfter(56) }), ['health']],
    ['the source is silent', input({}, { now: after(181) }), ['source']],
    [
      'the controller is silent',
      input({ reconciledAt: timeAfter(5) }, { now: after(546), source: sourceAt(546) }),
      ['source'],
    ],
    [
      'the status is simulated beside a real cluster',
      input({}, { source: { ...sourceAt(60), believed: false } }),
      ['source'],
    ],
    [
      'the retention is not over',
      input({}, { lifecycle: { state: 'purge', purgeAfter: timeAfter(61) } }),
      ['retention', 'clock'],
    ],
    [
      'no end of the retention is declared',
      input({}, { lifecycle: { state: 'purge' } }),
      ['retention', 'clock'],
    ],
  ])('are not met while %s', (_case, of, gates) => {
    expect(open(of)).toEqual(gates)
    for (const { detail } of purgeGatesOf(of)) expect(detail.length).toBeGreaterThan(10)
  })

  it('ignore health, and only health, once the loss of the data was accepted', () => {
    const lifecycle = { ...input().lifecycle, dataLossAccepted: true } as const
    expect(open(input({ health: 'Degraded' }, { lifecycle }))).toEqual([])
    expect(open(input({ cascades: false, health: '' }, { lifecycle }))).toEqual(['finalizer'])
  })

  it('count as stuck after 30 minutes, unless all are met', () => {
    const waiting = purgeGatesOf(input(null))
    expect(isStuck(waiting, timeAfter(0), after(1800))).toBe(false)
    expect(isStuck(waiting, timeAfter(0), after(1801))).toBe(true)
    expect(isStuck(purgeGatesOf(input()), timeAfter(0), after(9999))).toBe(false)
  })
})

it('a purge has the reason PurgeStuck after waiting for 30 minutes', () => {
  const waiting = (seconds: number) =>
    phaseOf(
      readyInput({
        declared: { lifecycle: 'purge' },
        now: after(seconds),
        source: sourceAt(seconds),
        application: healthyApplication({
          health: 'Progressing',
          reconciledAt: timeAfter(seconds),
        }),
      }),
    )
  expect(waiting(1800)).toMatchObject({ phase: 'Deleting', reason: 'FinalBackup' })
  expect(waiting(1801)).toMatchObject({ phase: 'Deleting', reason: 'PurgeStuck' })
})

function sourceAt(seconds: number): PurgeInput['source'] {
  return { asOf: after(seconds), intervalMs: 60_000, reconciliationMs: 180_000, believed: true }
}

describe('the intent of a purge', () => {
  const deleted = storeFile({
    autoSync: false,
    queued: true,
    lifecycle: { state: 'deleted', since: timeAfter(0), purgeAfter: timeAfter(3600) },
  })
  const wish = { early: true, dataLossAccepted: true, reason: 'asked' }

  it('of an early purge ends the retention, records the accepted loss and turns auto-sync on', () => {
    const purged = purging(deleted, after(10), wish)
    expect(purged).toMatchObject({ autoSync: true })
    expect(purged).not.toHaveProperty('queued')
    expect(purged?.lifecycle).toEqual({
      state: 'purge',
      since: '2026-11-24T12:00:10Z',
      purgeAfter: '2026-11-24T12:00:10Z',
      reason: 'asked',
      dataLossAccepted: true,
    })
    expect(purging(purged!, after(99), wish)).toBeNull()
  })

  it('of a purge by retention keeps its dates, and a later request adds its options', () => {
    const quiet = { early: false, dataLossAccepted: false, reason: undefined }
    const purged = purging(deleted, after(4000), quiet)!
    expect(purged.lifecycle).toEqual({
      state: 'purge',
      since: '2026-11-24T13:06:40Z',
      purgeAfter: timeAfter(3600),
    })
    expect(purging(purged, after(5000), quiet)).toBeNull()
    expect(purging(purged, after(5000), wish)?.lifecycle).toMatchObject({
      since: '2026-11-24T13:06:40Z',
      dataLossAccepted: true,
    })
  })

  it.each(['active', 'suspended'] as const)('is refused for a store that is %s', (was) => {
    const refused = () => purging(storeFile({ lifecycle: { state: was } }), 0, wish)
    expect(refused).toThrow(
      expect.objectContaining({ code: 'lifecycle_conflict', extra: { lifecycle: was } }),
    )
  })
})
