import { expect, it } from 'vitest'
import type { Decide, StoreChange } from '../../src/domain/ports.ts'
import type { Snapshot } from '../../src/domain/snapshot.ts'
import { createStore } from '../../src/operations/create-store.ts'
import { deleteStore } from '../../src/operations/delete-store.ts'
import { memorySealer } from '../../src/testing/memory-sealer.ts'
import { PLATFORM_YAML } from '../../src/testing/platform.ts'
import { create, createChange, requester } from '../../src/testing/writes.ts'
import { harness, namesOnMain } from './harness.ts'

/** A server whose next push can be held. */
async function held() {
  const { open, remote } = await harness({ platform: PLATFORM_YAML })
  let holds = false
  let begin = () => {}
  let release = () => {}
  const repo = await open({
    reached: async (point) => {
      if (point !== 'push' || !holds) return
      holds = false
      const released = new Promise<void>((resolve) => (release = resolve))
      begin()
      await released
    },
  })
  return {
    remote,
    repo,
    /** Holds the next push. @returns a promise that resolves when the push is in flight */
    hold() {
      holds = true
      return new Promise<void>((resolve) => (begin = resolve))
    },
    release: () => release(),
  }
}

const remove =
  (team: string, name: string): Decide =>
  () => ({ team, name, action: 'remove', facts: [], files: new Map() })

const approved = (team: string, name: string): StoreChange => ({
  ...createChange(team, name, 'gone'),
  action: 'delete',
  trailers: { 'Mass-Delete-Approved-By': 'local:test' },
})

/** The parts of a snapshot that rules read and a push may change. */
function told({ head, stores, vacated, departures, massDeleteApprovedAt }: Snapshot) {
  const records = Array.from(stores.values(), ({ name, team, last }) => [name, team, last])
  return { head, records, vacated: [...vacated], departures: [...departures], massDeleteApprovedAt }
}

it('F1 a decision during a push sees the snapshot that the push will leave', async () => {
  const { repo, hold, release } = await held()
  for (const name of ['shop-1', 'shop-2', 'shop-3'])
    await repo.change(requester(), create('acme', name))
  await repo.change(requester(), remove('acme', 'shop-3'))
  const inFlight = hold()
  const first = [
    repo.change(requester(), create('acme', 'shop-3')),
    repo.change(requester(), create('acme', 'shop-4')),
    repo.change(requester(), remove('acme', 'shop-1')),
    repo.change(requester(), () => approved('acme', 'shop-2')),
  ]
  await inFlight
  let seen: ReturnType<typeof told> | null = null
  const later = repo.change(requester(), (at) => {
    seen = told(at)
    release()
    return 'unchanged'
  })
  const landed = await Promise.all(first)
  await later
  expect(seen).toEqual(told(landed[0]?.snapshot as Snapshot))
  expect(landed[0]?.snapshot.vacated.has('shop-1')).toBe(true)
  expect(landed[0]?.snapshot.departures).toHaveLength(1)
})

it('F26 deletions of a push in flight count against the mass delete limit', async () => {
  const { remote, repo, hold, release } = await held()
  const clock = { now: () => Date.now() }
  const views = { all: () => [], get: () => null, present: () => ({}) as never }
  const deps = { repo, sealer: memorySealer(), views, clock }
  const names = Array.from({ length: 8 }, (_, n) => `shop-${n}`)
  await Promise.all(names.map((name) => createStore(deps, { name }, requester())))
  const end = (name: string) => deleteStore(deps, { name }, requester())
  const inFlight = hold()
  const one = Promise.allSettled(names.slice(0, 2).map(end))
  await inFlight
  const two = Promise.allSettled(names.slice(2, 6).map(end))
  // Decided while the first push is in flight.
  setTimeout(release, 500)
  const codes = [...(await one), ...(await two)].map((each) =>
    each.status === 'fulfilled' ? 'deleted' : (each.reason as { code: string }).code,
  )
  expect(codes).toEqual([...Array(3).fill('deleted'), ...Array(3).fill('mass_delete_brake')])
  expect(await namesOnMain(remote)).toEqual(names)
})
