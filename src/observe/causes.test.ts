import { afterEach, describe, expect, it } from 'vitest'
import { StoreError } from '../domain/errors.ts'
import type { Judgement, Reason } from '../domain/status/verdict.ts'
import type { StoreDetail } from '../domain/store-detail.ts'
import { storeFile, storeRecord } from '../testing/records.ts'
import { type Causes, openCauses } from './causes.ts'

const record = (name = 'shop', tree = 'tree-1') => ({
  ...storeRecord('2026-11-24T12:00:00Z', storeFile({ name })),
  manifestsTree: tree,
})
const verdict = (reason: Reason, phase: Judgement['phase'] = 'Progressing'): Judgement => ({
  phase,
  reason,
  message: 'Its parts are starting',
  stale: false,
  lastKnown: null,
})
const starting = verdict('Starting')
const pulling = {
  kind: 'Pod',
  name: 'wordpress-1',
  health: 'Degraded',
  message: 'ImagePullBackOff',
}

let causes: Causes
let now: number
let looks: string[]
let found: string[]
let answer: (name: string) => Promise<readonly (typeof pulling)[]>
let windows: boolean
let under: { now: number; most: number }

function open(): void {
  now = 0
  looks = []
  found = []
  windows = false
  under = { now: 0, most: 0 }
  answer = async () => [pulling]
  const part = { id: '1', parent: null, group: '', namespace: '', sync: null, createdAt: '' }
  const unused = () => Promise.reject(new Error('not asked'))
  const detail: StoreDetail = {
    source: 'argocd',
    async resources({ name }) {
      looks.push(name)
      under = { now: under.now + 1, most: Math.max(under.most, under.now + 1) }
      const parts = await answer(name).finally(() => (under = { ...under, now: under.now - 1 }))
      return parts.map((each) => ({ ...part, ...each }))
    },
    events: async () => [],
    windowDenies: async () => windows,
    logs: unused,
    refresh: unused,
  }
  const onFound = (name: string) => void found.push(name)
  const clock = { now: () => now }
  causes = openCauses({ detail, clock, onFound, afterMs: 100, everyMs: 1000, tickMs: 1 })
}
afterEach(() => causes.close())
const turns = () => new Promise((resolve) => setTimeout(resolve, 25))
async function pass(milliseconds: number): Promise<void> {
  now += milliseconds
  await turns()
}

describe('causes', () => {
  it('S1-16 are looked up when a store makes no progress for a while, and shown with the verdict', async () => {
    open()
    expect(causes.explain(record(), starting)).toBe(starting)
    await pass(99)
    expect(looks).toEqual([])
    await pass(1)
    expect([looks, found]).toEqual([['shop'], ['shop']])
    expect(causes.explain(record(), starting)).toMatchObject({
      phase: 'Progressing',
      reason: 'ImagePull',
    })
  })

  it('are looked up repeatedly, reported only on a change, and dropped when they are gone', async () => {
    open()
    causes.explain(record(), starting)
    await pass(100)
    await pass(1000)
    expect([looks.length, found.length]).toEqual([2, 1])
    answer = async () => []
    await pass(1000)
    expect(found.length).toBe(2)
    expect(causes.explain(record(), starting)).toEqual(starting)
  })

  it('are dropped for other manifests and for a store that is Ready again', async () => {
    open()
    causes.explain(record(), starting)
    await pass(100)
    expect(causes.explain(record('shop', 'tree-2'), starting)).toEqual(starting)
    await pass(100)
    expect(causes.explain(record('shop', 'tree-2'), starting).reason).toBe('ImagePull')
    causes.explain(record('shop', 'tree-2'), verdict('Serving', 'Ready'))
    await pass(5000)
    expect(looks.length).toBe(2)
    expect(causes.explain(record('shop', 'tree-2'), starting)).toEqual(starting)
  })

  it('S1-08 of a deletion are the remaining objects, whatever error Argo CD still reports', async () => {
    const pending = { kind: 'PersistentVolumeClaim', name: 'uploads', health: 'Progressing' }
    for (const reason of ['CascadeRunning', 'DeletionError'] as const) {
      open()
      answer = async () => [{ ...pending, message: 'Pending deletion' }]
      const deleting = verdict(reason, 'Deleting')
      causes.explain(record(), deleting)
      await pass(100)
      const told = causes.explain(record(), deleting)
      expect(told).toMatchObject({ phase: 'Deleting', reason: 'NamespaceTerminating' })
      expect(told.message).toContain('PersistentVolumeClaim uploads')
      await causes.close()
    }
  })

  it('are looked up for two stores at a time, the longest waiting first', async () => {
    open()
    const gates: (() => void)[] = []
    answer = () => new Promise((resolve) => void gates.push(() => resolve([])))
    for (let n = 0; n < 20; n += 1) {
      now += 1
      causes.explain(record(`s${n}`), starting)
    }
    await pass(200)
    expect(looks).toEqual(['s0', 's1'])
    while (gates.length > 0) {
      gates.splice(0).forEach((end) => end())
      await turns()
    }
    expect(looks).toEqual(Array.from({ length: 20 }, (_, n) => `s${n}`))
    expect(under.most).toBe(2)
  })

  it('F19 are kept while Argo CD is unavailable, and looked up no more often', async () => {
    open()
    causes.explain(record(), starting)
    await pass(100)
    answer = () => Promise.reject(new StoreError('status_unavailable', 'no answer'))
    await pass(1000)
    await pass(999)
    expect(looks.length).toBe(2)
    expect(causes.explain(record(), starting).reason).toBe('ImagePull')
    const stale = { ...verdict('SourceUnreachable', 'Unknown'), stale: true }
    expect(causes.explain(record(), stale)).toBe(stale)
    expect(causes.explain(record(), starting).reason).toBe('ImagePull')
  })

  it('include a sync window as reported by Argo CD', async () => {
    open()
    windows = true
    causes.explain(record(), verdict('Pending', 'Syncing'))
    expect(causes.windowDenies('shop')).toBe(false)
    await pass(100)
    expect([causes.windowDenies('shop'), found, looks]).toEqual([true, ['shop'], []])
    causes.explain(record(), verdict('SyncWindow', 'Committed'))
    windows = false
    await pass(1000)
    expect(causes.windowDenies('shop')).toBe(false)
  })
})
