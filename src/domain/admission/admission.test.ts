import { describe, expect, it } from 'vitest'
import { StoreCreate } from '../../contract/store.ts'
import { memoryRepo } from '../../testing/memory-repo.ts'
import { testPlatform } from '../../testing/platform.ts'
import { storeFile, storeRecord } from '../../testing/records.ts'
import { StoreError } from '../errors.ts'
import type { Snapshot, StoreRecord } from '../snapshot.ts'
import { StoreIndex } from '../store-index.ts'
import { admitStore } from './admission.ts'

const platform = testPlatform()
const NOW = Date.parse('2026-11-24T12:00:00Z')

const same = (yaml: string) => yaml
const baked = (yaml: string) => yaml.replace('code: download', 'code: baked')
const gateway = (yaml: string) =>
  `${yaml}exposure: {mode: gateway, gateway: {name: g, namespace: g}, peers: [{namespace: g}]}\n`
const allowed = (yaml: string) =>
  yaml
    .replace('title: Acme', 'title: Acme\n    plans: [small]\n    clusters: [elsewhere]')
    .replace('in-cluster:\n', 'elsewhere: {}\n  in-cluster:\n')

function snapshot(names: readonly string[], change: Partial<Snapshot> = {}): Snapshot {
  const repo = memoryRepo(change.platform ?? platform)
  const created = { requestId: 'one of ours' }
  for (const name of names)
    repo.put({ name, team: 'default', intent: null, app: null, created } as StoreRecord)
  return { ...repo.snapshot(), ...change }
}

function refusal(request: StoreCreate, at = snapshot([])): StoreError {
  try {
    admitStore(request, at, 'local', NOW)
  } catch (error) {
    if (error instanceof StoreError) return error
    throw error
  }
  throw new Error('it was admitted')
}

describe('admitStore', () => {
  it('fills in every default from platform.yaml', () => {
    expect(admitStore({ name: 'shop' }, snapshot([]), 'ada', NOW)).toMatchObject({
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

  it.each<[string, (yaml: string) => string, StoreCreate]>([
    ['#/domains', gateway, { name: 'shop', domains: ['shop.example.com'] }],
    ['#/secretsMode', same, { name: 'shop', secretsMode: 'sealed' }],
    ['#/secretsMode', same, { name: 'shop', secretsMode: 'external' }],
    ['#/cache', same, { name: 'shop', cache: true }],
    ['#/backup/destination', same, { name: 'shop', backup: { destination: 's3' } }],
    ['#/code', baked, { name: 'shop', code: 'writable' }],
    ['#/plan', allowed, { name: 'shop', team: 'acme', plan: 'large' }],
    ['#/cluster', allowed, { name: 'shop', team: 'acme' }],
    ['#/domains/0', same, { name: 'shop', domains: ['taken.example.com'] }],
    ['#/domains/0', same, { name: 'shop', domains: ['other.127-0-0-1.nip.io'] }],
  ])('refuses options that the platform does not support, at %s', (pointer, change, request) => {
    const at = snapshot([], { platform: testPlatform(change) })
    const intent = storeFile({ name: 'other', domains: ['taken.example.com'] })
    const stores = StoreIndex.of([storeRecord('2026-11-24T12:00:00Z', intent)])
    const error = refusal(request, { ...at, stores })
    expect([error.code, error.errors.map((problem) => problem.pointer)]).toEqual([
      'invalid_store',
      expect.arrayContaining([pointer]),
    ])
  })

  it('accepts a copy only of a store of the same team', () => {
    const bucket = testPlatform((yaml) =>
      yaml
        .replace('    code:', `      rclone: rclone:1@sha256:${'a'.repeat(64)}\n    code:`)
        .concat('backup: {destination: s3, s3: {bucket: backups, secretName: backup-target}}\n'),
    )
    const record = (name: string, team: string) =>
      storeRecord('2026-11-24T12:00:00Z', storeFile({ name, team }))
    const stores = StoreIndex.of([record('mine', 'default'), record('theirs', 'acme')])
    const at = { ...snapshot([], { platform: bucket }), stores }
    const copyOf = (store: string) => ({
      name: 'copy',
      origin: { store, restorePoint: 'daily-20261121', at: '2026-11-24T12:00:00Z' },
    })
    expect(admitStore(copyOf('mine'), at, 'local', NOW)).toMatchObject({ quarantine: true })
    for (const store of ['theirs', 'nobody']) {
      expect(refusal(copyOf(store), at).errors, store).toEqual([
        { pointer: '#/origin/store', detail: 'is not a store of this team' },
      ])
    }
  })

  it('stores the defaults that must not change later: sizes, class, access, secrets mode, release', () => {
    const other = testPlatform((yaml) =>
      yaml
        .replace('maxStores: 5000', 'storageClass: fast\n    uploadsAccess: RWX')
        .concat(
          'backup: {destination: pvc}\nsecrets: {mode: external, external: {storeKind: Generator}}\n',
        ),
    )
    const at = snapshot([], { platform: other })
    expect(admitStore({ name: 'shop', plan: 'medium' }, at, 'local', NOW)).toMatchObject({
      storage: { uploads: 10, database: 5, backups: 13, uploadsAccess: 'RWX', class: 'fast' },
      secretsMode: 'external',
      release: '2026.11',
    })
    expect(
      admitStore({ name: 'shop', storage: { uploads: 30 } }, at, 'local', NOW).storage,
    ).toMatchObject({ uploads: 30, database: 2, backups: 3 })
  })

  it('returns the exact message of the earlier platforms for a taken name', () => {
    expect(refusal({ name: 'taken' }, snapshot(['taken'])).message).toBe('store already exists')
  })

  it('treats a name that exists twice on main as taken', () => {
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
  ])('enforces the limit of the %s', (scope, change) => {
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
      admitStore({ name: 'two' }, { ...at, stores: StoreIndex.of([one]) }, 'local', NOW).name,
    ).toBe('two')
  })

  it('accepts both aliases of a member if their values agree', () => {
    const request = {
      name: 'shop',
      engine: 'woo',
      type: 'woocommerce',
      team: 'acme',
      namespace: 'acme',
    }
    expect(admitStore(request, snapshot([]), 'local', NOW).team).toBe('acme')
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
    '../..',
  ])('rejects the name %j and never rewrites it', (name) => {
    expect(StoreCreate.safeParse({ name }).success).toBe(false)
  })

  it.each(['a', 'ab', 'a1', 'a'.repeat(40), 'my-shop-2'])(
    'accepts the name %j unchanged',
    (name) => {
      expect(StoreCreate.parse({ name }).name).toBe(name)
    },
  )

  it.each([
    { extra: 1 },
    { adminPassword: 'x' },
    { title: '' },
    { title: 'a\u202eb' },
    { owner: 'eve' },
    { nonce: { retry: 1 } },
    { lifecycle: { state: 'purge' } },
    { queued: true },
    { storage: { uploads: 0 } },
    { storage: { uploads: 1001 } },
    { storage: { class: 'fast' } },
    { secretsMode: 'plain' },
    { domains: ['Shop.example.com'] },
    { domains: ['*.example.com'] },
    { domains: ['localhost'] },
    { domains: ['a.example.com', 'a.example.com'] },
    { domains: ['a.example.com/path'] },
    { plugins: [{ slug: '../evil', version: '1.0', sha256: 'a'.repeat(64) }] },
    { plugins: [{ slug: 'Evil', version: '1.0', sha256: 'a'.repeat(64) }] },
    { plugins: [{ slug: 'a\tb', version: '1.0', sha256: 'a'.repeat(64) }] },
    { plugins: [{ slug: 'fine', version: '1.0/../..', sha256: 'a'.repeat(64) }] },
    { plugins: [{ slug: 'fine', version: 'latest', sha256: 'a'.repeat(64) }] },
    { plugins: [{ slug: 'fine', version: '1.0', sha256: 'none' }] },
    { plugins: [{ slug: 'fine', version: '1.0', sha256: 'a'.repeat(64), url: 'https://x' }] },
    { themes: [{ slug: 'fine', version: '1.0\nplugin', sha256: 'a'.repeat(64) }] },
    { admin: { emailSecret: 'a b' } },
    { admin: { email: 'a@example.com' } },
    { origin: { store: 'a', restorePoint: '../../x', at: '2026-11-24T12:00:00Z' } },
    { backup: { retentionDays: 91 } },
    { pin: { until: '2026-11-24', reason: '' } },
    { labels: { 'pod-security.kubernetes.io/enforce!': 'x' } },
  ])('rejects %j', (more) => {
    expect(StoreCreate.safeParse({ name: 'shop', ...more }).success).toBe(false)
  })
})
