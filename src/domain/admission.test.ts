import { describe, expect, it } from 'vitest'
import { StoreCreate } from '../contract/store.ts'
import { memoryRepo } from '../testing/memory-repo.ts'
import { testPlatform } from '../testing/platform.ts'
import { admitStore } from './admission.ts'
import { StoreError } from './errors.ts'
import type { Snapshot, StoreRecord } from './snapshot.ts'

const platform = testPlatform()

function snapshot(names: readonly string[], change: Partial<Snapshot> = {}): Snapshot {
  const repo = memoryRepo(change.platform ?? platform)
  for (const name of names)
    repo.put({ name, team: 'default', intent: null, app: null } as StoreRecord)
  return { ...repo.snapshot(), ...change }
}

function refusal(request: StoreCreate, at = snapshot([])): StoreError {
  try {
    admitStore(request, at, 'local')
  } catch (error) {
    if (error instanceof StoreError) return error
    throw error
  }
  throw new Error('it was admitted')
}

describe('admitStore', () => {
  it('fills in every default from platform.yaml', () => {
    expect(admitStore({ name: 'shop' }, snapshot([]), 'ada')).toMatchObject({
      team: 'default',
      plan: 'small',
      release: '2026.11',
      cluster: 'in-cluster',
      title: 'shop',
      owner: 'ada',
      storage: { uploads: 2, database: 2, uploadsAccess: 'RWO' },
      admin: { user: 'shopkeeper' },
      sampleProduct: true,
      lifecycle: { state: 'active' },
    })
  })

  it.each<[string, StoreCreate, string | undefined]>([
    ['name_taken', { name: 'taken' }, '#/name'],
    ['name_reserved', { name: 'grafana' }, '#/name'],
    ['name_reserved', { name: 'kube-shop' }, '#/name'],
    ['engine_not_available', { name: 'shop', engine: 'medusa' }, '#/engine'],
    ['engine_not_available', { name: 'shop', type: 'medusa' }, '#/type'],
    ['invalid_request', { name: 'shop', team: 'acme', namespace: 'default' }, '#/team'],
    ['invalid_request', { name: 'shop', adminUser: 'ana', admin: { user: 'bob' } }, '#/admin'],
    ['invalid_store', { name: 'shop', plan: 'huge' }, '#/plan'],
    ['invalid_store', { name: 'shop', plan: 'constructor' }, '#/plan'],
    ['invalid_store', { name: 'shop', release: '2020.1' }, '#/release'],
    ['invalid_store', { name: 'shop', team: 'nobody' }, '#/team'],
    ['invalid_store', { name: 'shop', cluster: '__proto__' }, '#/cluster'],
  ])('refuses with %s and points at it: %j', (code, request, pointer) => {
    const error = refusal(request, snapshot(['taken']))
    expect([error.code, error.errors[0]?.pointer]).toEqual([code, pointer])
  })

  it('says exactly what the earlier platforms said of a taken name', () => {
    expect(refusal({ name: 'taken' }, snapshot(['taken'])).message).toBe('store already exists')
  })

  it('takes a name that exists twice on main for taken', () => {
    expect(refusal({ name: 'twin' }, snapshot([], { duplicates: ['acme/twin'] })).code).toBe(
      'name_taken',
    )
  })

  it('reports every unknown name at once', () => {
    const { errors } = refusal({ name: 'shop', plan: 'huge', release: '2020.1' })
    expect(errors.map(({ pointer }) => pointer)).toEqual(['#/plan', '#/release'])
  })

  it.each([
    ['platform', (yaml: string) => yaml.replace('maxStores: 20000', 'maxStores: 2')],
    ['team', (yaml: string) => yaml.replace('default: {}', 'default: {maxStores: 2}')],
  ])('counts the limit of the %s', (scope, change) => {
    const error = refusal(
      { name: 'third' },
      snapshot(['one', 'two'], { platform: testPlatform(change) }),
    )
    expect([error.code, error.extra]).toEqual(['store_limit_reached', { limit: 2, scope }])
  })

  it('does not count deleted stores', () => {
    const small = testPlatform((yaml) => yaml.replace('maxStores: 20000', 'maxStores: 1'))
    const at = snapshot(['one'], { platform: small })
    const one = { ...at.stores.get('one'), app: { lifecycle: 'deleted' } } as StoreRecord
    expect(
      admitStore({ name: 'two' }, { ...at, stores: new Map([['one', one]]) }, 'local').name,
    ).toBe('two')
  })

  it('takes both names of one thing when they agree', () => {
    const request = {
      name: 'shop',
      engine: 'woo',
      type: 'woocommerce',
      team: 'acme',
      namespace: 'acme',
    }
    expect(admitStore(request, snapshot([]), 'local').team).toBe('acme')
  })
})

describe('StoreCreate', () => {
  it.each([
    '',
    'A',
    '1shop',
    'shop-',
    'a--b',
    'a'.repeat(41),
    'a\nb',
    'shop_1',
    'ümlaut',
    ' shop',
    'a/b',
    '..',
  ])('rejects the name %j and never rewrites it', (name) => {
    expect(StoreCreate.safeParse({ name }).success).toBe(false)
  })

  it.each(['a', 'ab', 'a1', 'a'.repeat(40), 'my-shop-2'])('takes the name %j as it is', (name) => {
    expect(StoreCreate.parse({ name }).name).toBe(name)
  })

  it.each([
    { extra: 1 },
    { adminPassword: 'x' },
    { title: '' },
    { title: 'a\u202eb' },
    { owner: 'eve' },
  ])('rejects %j', (more) => {
    expect(StoreCreate.safeParse({ name: 'shop', ...more }).success).toBe(false)
  })
})
