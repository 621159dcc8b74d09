import { beforeEach, describe, expect, it } from 'vitest'
import { StoreQuery } from '../contract/store-query.ts'
import type { Store } from '../contract/store.ts'
import type { OperationDeps, Requester, StoreViews } from '../domain/ports.ts'
import { fakeApplications } from '../testing/fake-applications.ts'
import { type MemoryRepo, memoryRepo } from '../testing/memory-repo.ts'
import { memorySealer } from '../testing/memory-sealer.ts'
import { testPlatform } from '../testing/platform.ts'
import { storeFile, storeRecord } from '../testing/records.ts'
import { purgeSettings, steadyTime } from '../testing/time.ts'
import { createStore } from './create-store.ts'
import { deleteStore } from './delete-store.ts'
import { getPlatform } from './get-platform.ts'
import { getStore } from './get-store.ts'
import { listStores } from './list-stores.ts'
import { previewStore } from './preview-store.ts'
import { storeHistory } from './store-history.ts'
import { storeManifests } from './store-manifests.ts'

const by: Requester = {
  subject: 'local',
  auth: 'local',
  source: 'api',
  requestId: '01JDABCDEFGHJKMNPQRSTVWXYZ',
}
const now = Date.parse('2026-11-24T12:00:00Z')

/** The smallest view that has the members that lists filter by. */
function view(change: Partial<Store>): Store {
  return {
    name: 'shop',
    team: 'default',
    plan: 'small',
    engine: 'woo',
    health: 'Healthy',
    sync: 'Synced',
    phase: 'Ready',
    status: 'Ready',
    deletedAt: null,
    modified: false,
    labels: {},
    host: 'shop.example',
    title: 'Shop',
    createdAt: '2026-11-24T12:00:00Z',
    change: { at: '2026-11-24T12:00:00Z' },
    ...change,
  } as Store
}

let repo: MemoryRepo
let views: Store[]
let deps: OperationDeps

beforeEach(() => {
  repo = memoryRepo(testPlatform(), () => now)
  views = []
  const storeViews: StoreViews = {
    all: () => views,
    get: (name) => views.find((store) => store.name === name) ?? null,
    present: (record) => view({ name: record.name, team: record.team }),
  }
  deps = {
    repo,
    views: storeViews,
    applications: fakeApplications(() => now, 'simulated'),
    provisioning: { wasReady: () => true, speaks: () => true },
    detail: null,
    nudge: null,
    clock: { now: () => now },
    time: steadyTime(() => now),
    purge: { ...purgeSettings, simulatedIsEnough: false },
    sealer: memorySealer(),
    cloneUrl: 'http://localhost:8080/git/stores.git',
  }
})

describe('createStore', () => {
  it('commits store.yaml, app.json and the manifests of one store', async () => {
    const { store, landed } = await createStore(deps, { name: 'shop', reason: 'new brand' }, by)
    expect([store.name, landed.outcome]).toEqual(['shop', 'landed'])
    expect(repo.landed[0]).toMatchObject({
      action: 'create',
      facts: ['woo', 'small'],
      reason: 'new brand',
    })
    const paths = [...repo.landed[0]!.files.keys()]
    expect(paths).toContain('store.yaml')
    expect(paths).toContain('app.json')
    expect(
      paths.filter((path) => /^manifests\/[0-9]{2}-[a-z]+\.yaml$/.test(path)).length,
    ).toBeGreaterThan(5)
    expect(
      paths.filter((path) => !/^(store\.yaml|app\.json|manifests\/[a-z0-9-]+\.yaml)$/.test(path)),
    ).toEqual([])
  })

  it('refuses a taken name and commits nothing', async () => {
    await createStore(deps, { name: 'shop' }, by)
    await expect(createStore(deps, { name: 'shop' }, by)).rejects.toMatchObject({
      code: 'name_taken',
    })
    expect(repo.landed).toHaveLength(1)
  })

  it('commits exactly the bytes of its preview', async () => {
    const preview = previewStore(
      deps,
      { name: 'shop', plan: 'medium', title: 'My “shop” ☕' },
      'local',
    )
    expect(repo.landed).toEqual([])
    await createStore(deps, { name: 'shop', plan: 'medium', title: 'My “shop” ☕' }, by)
    const { files } = await storeManifests(deps, 'shop')
    expect(preview.files).toEqual(files)
    expect(preview.impact).toMatchObject({
      targetNamespace: 'store-shop',
      requests: { cpu: '500m', memory: '1280Mi', storage: '15Gi' },
    })
  })

  it('S2-06 warns if nip.io would misread the host', () => {
    const dotted = memoryRepo(
      testPlatform((yaml) =>
        yaml.replace('profile: local', 'profile: local\nbaseDomain: 127.0.0.1.nip.io'),
      ),
    )
    expect(
      previewStore({ repo: dotted, clock: deps.clock }, { name: 'shop-1' }, 'local').warnings[0],
    ).toMatchObject({
      code: 'ambiguous_host',
      message: expect.stringContaining('127-0-0-1.nip.io'),
    })
    expect(
      previewStore({ repo: dotted, clock: deps.clock }, { name: 'shop' }, 'local').warnings,
    ).toEqual([])
    expect(previewStore({ repo, clock: deps.clock }, { name: 'shop-1' }, 'local').warnings).toEqual(
      [],
    )
  })
})

describe('deleteStore', () => {
  it('keeps the data, and records the end of the retention in the commit', async () => {
    await createStore(deps, { name: 'shop' }, by)
    await deleteStore(deps, { name: 'shop', reason: 'season over' }, by)
    const { intent, app } = repo.snapshot().stores.get('shop')!
    expect(intent?.lifecycle).toMatchObject({ state: 'deleted', reason: 'season over' })
    expect(app?.lifecycle).toBe('deleted')
    expect(repo.landed[1]).toMatchObject({
      action: 'delete',
      facts: ['data kept until 2026-11-24'],
    })
  })

  it('makes no second commit for a deleted store', async () => {
    await createStore(deps, { name: 'shop' }, by)
    await deleteStore(deps, { name: 'shop' }, by)
    expect((await deleteStore(deps, { name: 'shop' }, by)).outcome).toBe('unchanged')
    expect(repo.landed).toHaveLength(2)
  })

  it('refuses an unknown store, a store of another team, hand-edited files and an unreadable intent', async () => {
    const record = storeRecord('2026-11-24T11:00:00Z')
    repo.put(record)
    repo.put({
      ...storeRecord('2026-11-24T11:00:00Z', storeFile({ name: 'edited' })),
      manifestsTree: 'f'.repeat(40),
    })
    repo.put({
      ...record,
      name: 'broken',
      intent: null,
      problems: [{ pointer: '#/plan', detail: 'x' }],
    })
    await expect(deleteStore(deps, { name: 'nobody' }, by)).rejects.toMatchObject({
      code: 'store_not_found',
    })
    await expect(deleteStore(deps, { name: 'shop', team: 'acme' }, by)).rejects.toMatchObject({
      code: 'store_not_found',
    })
    await expect(deleteStore(deps, { name: 'edited' }, by)).rejects.toMatchObject({
      code: 'store_modified',
    })
    await expect(deleteStore(deps, { name: 'broken' }, by)).rejects.toMatchObject({
      code: 'invalid_store',
    })
    expect(repo.landed).toEqual([])
  })
})

describe('listStores', () => {
  const names = (query: Record<string, unknown> = {}) =>
    listStores(deps, StoreQuery.parse(query)).stores.map(({ name }) => name)

  beforeEach(() => {
    views = [
      view({
        name: 'c',
        team: 'acme',
        plan: 'large',
        health: 'Degraded',
        phase: 'Degraded',
        labels: { tier: 'gold' },
      }),
      view({ name: 'a', title: 'Alpha & Co' }),
      view({ name: 'd', deletedAt: '2026-11-24T12:00:00Z' }),
      view({ name: 'b', health: 'Progressing', phase: 'Progressing' }),
    ]
  })

  it('hides deleted stores unless the query includes them', () => {
    expect([names(), names({ deleted: 'include' }), names({ deleted: 'only' })]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c', 'd'],
      ['d'],
    ])
  })

  it.each([
    [{ team: 'acme' }, ['c']],
    [{ namespace: ['acme', 'default'], plan: 'small' }, ['a', 'b']],
    [{ health: ['Degraded', 'Progressing'] }, ['b', 'c']],
    [{ label: 'tier:gold' }, ['c']],
    [{ q: 'ALPHA' }, ['a']],
    [{ sort: 'health' }, ['c', 'b', 'a']],
    [{ sort: '-name' }, ['c', 'b', 'a']],
  ])('filters and sorts by %j', (query, expected) => {
    expect(names(query)).toEqual(expected)
  })

  it('repeats no store if another one is created between two pages', () => {
    const first = listStores(deps, StoreQuery.parse({ limit: 1 }))
    views.push(view({ name: '0' }))
    const second = listStores(deps, StoreQuery.parse({ limit: 5, cursor: first.next! }))
    expect([
      first.stores.map(({ name }) => name),
      second.stores.map(({ name }) => name),
      second.next,
    ]).toEqual([['a'], ['b', 'c'], null])
  })

  it('refuses a cursor of another filter and a malformed cursor', () => {
    const { next } = listStores(deps, StoreQuery.parse({ limit: 1 }))
    for (const query of [{ cursor: next!, plan: 'small' }, { cursor: 'xyz' }, { cursor: '' }]) {
      expect(() => listStores(deps, StoreQuery.parse(query))).toThrow(/cursor/)
    }
  })
})

describe('reads', () => {
  it('find a store in its own team only', async () => {
    views = [view({ name: 'shop', team: 'acme' })]
    expect((await getStore(deps, 'shop', 'acme')).name).toBe('shop')
    await expect(getStore(deps, 'shop', 'default')).rejects.toThrow(/not found/)
    await expect(getStore(deps, 'other')).rejects.toThrow(/not found/)
  })

  it('page through the history', async () => {
    await createStore(deps, { name: 'shop' }, by)
    await deleteStore(deps, { name: 'shop' }, by)
    const first = await storeHistory(deps, 'shop', { limit: 1 })
    const second = await storeHistory(deps, 'shop', { limit: 1, cursor: first.next! })
    expect([first.changes[0]?.action, second.changes[0]?.action, second.next]).toEqual([
      'delete',
      'create',
      null,
    ])
  })

  it('report what is simulated and what is blocked', () => {
    repo.setState({ blockedBy: 'git_unavailable' })
    const platform = getPlatform(deps)
    expect(platform.banners.map(({ code }) => code)).toEqual(['git_unavailable', 'simulated'])
    expect(platform.plans.map(({ id, memory, pods }) => [id, memory, pods])).toEqual([
      ['small', '896Mi', 12],
      ['medium', '1792Mi', 15],
      ['large', '3584Mi', 24],
    ])
    expect(platform.releases[0]).toMatchObject({
      id: '2026.11',
      wordpress: '7.1.0',
      mariadb: '11.8',
    })
  })
})
