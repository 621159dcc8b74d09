import { describe, expect, it } from 'vitest'
import { reasons as words } from '../../dashboard/src/reasons.ts'
import type { Manifests, Store } from '../../src/contract/store.ts'
import { type Phase, phases, statuses } from '../../src/contract/words.ts'
import type { Application } from '../../src/domain/status/application.ts'
import { type Reason, reasons } from '../../src/domain/status/verdict.ts'
import { openStreamHub } from '../../src/http/stream-hub.ts'
import { openChangeFeed } from '../../src/observe/change-feed.ts'
import { statusOf } from '../../src/observe/status.ts'
import { createStoreViews } from '../../src/observe/store-views.ts'
import { fakeApplications } from '../../src/testing/fake-applications.ts'
import { memoryRepo } from '../../src/testing/memory-repo.ts'
import { after, healthyApplication, timeAfter } from '../../src/testing/phase-input.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import { httpFixture } from '../http/fixture.ts'

/** The whole app over an Argo CD that says what a test puts there; its clock is moved by hand. */
async function fixture() {
  let now = after(0)
  const clock = { now: () => now }
  const repo = memoryRepo(testPlatform(), clock.now)
  const applications = fakeApplications(clock.now)
  const views = createStoreViews({ repo, applications, clock })
  const feed = openChangeFeed({ repo, views, applications, boot: 'b007b007' })
  const streams = openStreamHub({ feed, banners: () => [] })
  const { get, post } = httpFixture({ repo, applications, views, feed, streams, clock })
  await post('/api/v1/stores', { name: 'shop' })
  const store = async () => (await (await get('/api/v1/stores/shop')).json()) as Store
  const head = (await store()).revision
  const observe = (change: Partial<Application>, seconds: number) => {
    now = after(seconds)
    const operation = healthyApplication().operationState
    applications.set(
      'store-shop',
      healthyApplication({
        syncRevision: head,
        operationState: operation && { ...operation, revision: head },
        reconciledAt: timeAfter(seconds),
        ...change,
      }),
    )
  }
  return { get, store, observe }
}

describe('status of the earlier platforms', () => {
  it('S1-14 goes from Provisioning to Ready, to Failed, and back to Ready', async () => {
    const { store, observe } = await fixture()
    const said = [(await store()).status]
    observe({ sync: 'OutOfSync', health: 'Missing' }, 3)
    said.push((await store()).status)
    observe({}, 60)
    said.push((await store()).status)
    observe({ health: 'Degraded', healthSince: timeAfter(70) }, 80)
    said.push((await store()).status)
    observe({ healthSince: timeAfter(90) }, 100)
    said.push((await store()).status)
    expect(said).toEqual(['Provisioning', 'Provisioning', 'Ready', 'Failed', 'Ready'])
  })

  it('has a status for every phase: Ready for Ready alone, none but Failed for what needs a person', () => {
    const statusBefore = (phase: Phase) => statusOf(phase, false, 'Provisioning')
    const phasesOf = (status: string) => phases.filter((phase) => statusBefore(phase) === status)
    expect(phasesOf('Ready')).toEqual(['Ready'])
    expect(phasesOf('Failed').toSorted()).toEqual(['Degraded', 'Detached', 'Failed'])
    expect(phases.filter((phase) => !statuses.includes(statusBefore(phase)))).toEqual([])
    // Unknown keeps what was said last.
    for (const last of statuses) expect(statusOf('Unknown', true, last)).toBe(last)
  })
})

it('S1-15 the address is empty before the first Ready, then the one that the route serves', async () => {
  const { get, store, observe } = await fixture()
  const before = await store()
  expect([before.url, before.host]).toEqual(['', 'shop.127-0-0-1.nip.io'])
  observe({}, 60)
  const { url, host } = await store()
  expect(url).toBe(`http://${host}`)
  const { files } = (await (await get('/api/v1/stores/shop/manifests')).json()) as Manifests
  const route = files.find(({ path }) => path.includes('route'))?.content ?? ''
  expect(route).toContain(`host: ${host}`)
  observe({ health: 'Degraded' }, 90)
  expect((await store()).url).toBe(url)
})

it('S1-18 five conditions, each with the time of its last change', async () => {
  const { store, observe } = await fixture()
  observe({}, 60)
  const first = (await store()).conditions
  expect(first.map(({ type, status }) => `${type} ${status}`)).toEqual([
    'Committed True',
    'Observed True',
    'Synced True',
    'Healthy True',
    'Reachable Unknown',
  ])
  for (const { lastTransitionTime, reason, message } of first) {
    expect(Number.isFinite(Date.parse(lastTransitionTime))).toBe(true)
    expect([reason, message].every((text) => text.length > 0)).toBe(true)
  }
  observe({ health: 'Degraded' }, 120)
  const second = (await store()).conditions
  expect(second.find(({ type }) => type === 'Healthy')).toMatchObject({
    status: 'False',
    lastTransitionTime: timeAfter(120),
  })
  // Nothing else moved, so no other time did.
  const others = ({ type }: { type: string }) => type !== 'Healthy'
  expect(second.filter(others)).toEqual(first.filter(others))
})

/** Reasons that ask nothing of a person: the store is on its way, or where it should be. */
const NOTHING_TO_DO: readonly Reason[] = [
  'Applying',
  'CascadeRunning',
  'FinalBackup',
  'HealthNotReassessed',
  'Pending',
  'Queued',
  'ReadyToRemove',
  'Removed',
  'Rendering',
  'Serving',
  'Settling',
  'SoftDeleted',
  'Starting',
  'Suspended',
  'WaitingForApplication',
  'WaitingForGenerator',
  'WaitingForRefresh',
]

it('S1-16 every reason says what to do next, but for those that need nothing done', () => {
  const silent = reasons.filter((reason) => (words[reason]?.next ?? '') === '')
  expect(silent.toSorted()).toEqual(NOTHING_TO_DO)
})
