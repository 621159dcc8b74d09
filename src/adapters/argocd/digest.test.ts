import { describe, expect, it } from 'vitest'
import { rawApplication } from '../../testing/raw-application.ts'
import { digestOf, setDigestOf } from './digest.ts'

/** All values, without the keys. */
function valuesOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null
    ? Object.values(value).flatMap(valuesOf)
    : [String(value)]
}

describe('digestOf', () => {
  it('keeps the fields from which a phase is derived', () => {
    expect(digestOf(rawApplication('store-shop'))).toEqual({
      name: 'store-shop',
      project: 'stores',
      createdAt: '2026-11-24T12:00:01Z',
      deletionTimestamp: null,
      cascades: false,
      awaitsConfirmation: false,
      health: 'Healthy',
      healthSince: '2026-11-24T12:00:20Z',
      sync: 'Synced',
      syncRevision: 'c'.repeat(40),
      operationRequested: false,
      operationState: {
        phase: 'Succeeded',
        message: 'successfully synced (all tasks run)',
        startedAt: '2026-11-24T12:00:02Z',
        finishedAt: '2026-11-24T12:00:05Z',
        revision: 'c'.repeat(40),
        retryCount: 0,
      },
      reconciledAt: '2026-11-24T12:00:50Z',
      conditions: [],
      onlyPrunableLeft: false,
      syncWindowDenies: false,
    })
  })

  it('stays under 1 KB for many long messages', () => {
    const long = 'x'.repeat(100_000)
    const conditions = ['OrphanedResourceWarning', 'SyncError', 'ComparisonError', long].map(
      (type) => ({
        type,
        message: long,
      }),
    )
    const raw = rawApplication(`store-${'n'.repeat(40)}`, {
      status: {
        conditions,
        resources: Array.from({ length: 500 }, () => ({ kind: 'Deployment', status: 'OutOfSync' })),
        operationState: {
          phase: 'Failed',
          message: long,
          startedAt: '2026-11-24T12:00:02Z',
          finishedAt: '2026-11-24T12:00:05Z',
          retryCount: 5,
          syncResult: { revision: 'd'.repeat(40) },
        },
      },
    })
    const digest = digestOf(raw)
    expect(valuesOf(digest).join('').length).toBeLessThan(1024)
    // Conditions that affect the phase come first.
    expect(digest?.conditions.map(({ type }) => type)).toEqual(['ComparisonError', 'SyncError'])
  })

  it.each([
    ['an Application without status', { metadata: { name: 'store-a' } }, { health: '', sync: '' }],
    [
      'a status that is not an object',
      { metadata: { name: 'store-a' }, status: 'fine' },
      { health: '', operationState: null },
    ],
    [
      'unknown health and sync words',
      rawApplication('store-a', {
        status: { health: { status: 'Splendid' }, sync: { status: 'Ok' } },
      }),
      { health: 'Unknown', sync: 'Unknown' },
    ],
    [
      'an unknown operation phase',
      rawApplication('store-a', { status: { operationState: { phase: 'Odd' } } }),
      { operationState: { phase: 'Error' } },
    ],
  ])('reports no healthy state for %s', (_what, raw, expected) => {
    expect(digestOf(raw)).toMatchObject(expected)
  })

  it.each([[null], ['text'], [[]], [{}], [{ metadata: {} }]])('returns null for %j', (raw) => {
    expect(digestOf(raw)).toBeNull()
    expect(setDigestOf(raw)).toBeNull()
  })

  it.each([
    ['no approval', {}, true],
    [
      'an approval before the deletion',
      { 'argocd.argoproj.io/deletion-approved': '2026-11-24T11:00:00Z' },
      true,
    ],
    [
      'an approval after the deletion',
      { 'argocd.argoproj.io/deletion-approved': '2026-11-24T13:00:00Z' },
      false,
    ],
    ['an approval that is not a time', { 'argocd.argoproj.io/deletion-approved': 'yes' }, true],
  ])('detects a deletion that awaits confirmation, with %s', (_what, annotations, waits) => {
    const raw = rawApplication('store-a', {
      metadata: { deletionTimestamp: '2026-11-24T12:30:00Z', annotations },
      status: { resources: [{ kind: 'Namespace', requiresDeletionConfirmation: true }] },
    })
    expect(digestOf(raw)?.awaitsConfirmation).toBe(waits)
  })

  it('detects the cascade finalizer by its exact name', () => {
    const cascades = (finalizer: string) =>
      digestOf(rawApplication('store-a', { metadata: { finalizers: [finalizer] } }))?.cascades
    expect(cascades('resources-finalizer.argocd.argoproj.io')).toBe(true)
    expect(cascades('resources-finalizer.argocd.argoproj.io/background')).toBe(true)
    expect(cascades('resources-finalizers.argocd.argoproj.io')).toBe(false)
  })

  it('distinguishes protected leftovers from objects that will be pruned', () => {
    const left = (kinds: string[]) =>
      digestOf(
        rawApplication('store-a', {
          status: {
            resources: kinds.map((kind) => ({ kind, status: 'OutOfSync', requiresPruning: true })),
          },
        }),
      )?.onlyPrunableLeft
    expect(left(['PersistentVolumeClaim'])).toBe(true)
    expect(left(['PersistentVolumeClaim', 'Job'])).toBe(false)
    expect(left([])).toBe(false)
  })
})

describe('setDigestOf', () => {
  it('contains the error of an ApplicationSet while its condition is True', () => {
    const set = (status: string) => ({
      metadata: { name: 'stores' },
      status: {
        conditions: [
          { type: 'ResourcesUpToDate', status: 'True', reason: 'x', message: 'y' },
          { type: 'ErrorOccurred', status, reason: 'RenderTemplateParamsError', message: 'no key' },
        ],
      },
    })
    expect(setDigestOf(set('True'))?.error).toEqual({
      reason: 'RenderTemplateParamsError',
      message: 'no key',
      set: 'stores',
    })
    expect(setDigestOf(set('False'))?.error).toBeNull()
  })
})
