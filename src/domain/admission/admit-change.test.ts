import { describe, expect, it } from 'vitest'
import type { StoreFile } from '../../contract/store-file.ts'
import { lifecycles } from '../../contract/words.ts'
import { memoryRepo } from '../../testing/memory-repo.ts'
import { PLATFORM_YAML, testPlatform } from '../../testing/platform.ts'
import { storeFile, storeRecord } from '../../testing/records.ts'
import type { StoreError } from '../errors.ts'
import { admitChange, changeProblems } from './admit-change.ts'

/** The tests' release 2026.11, a newer release, and one with an older version of each component. */
const RELEASES = [
  ['2026.12', { mariadb: '11.10', woocommerce: '11.2.0', wordpress: 60_800 }],
  ['2025.1', { mariadb: '10.11', woocommerce: '11.1.0', wordpress: 60_717 }],
  ['2025.2', { mariadb: '11.8', woocommerce: '10.9.9', wordpress: 60_717 }],
  ['2025.3', { mariadb: '11.8', woocommerce: '11.1.0', wordpress: 60_000 }],
] as const
const block = PLATFORM_YAML.slice(PLATFORM_YAML.indexOf('  "2026.11":'))
const platform = testPlatform((yaml) =>
  RELEASES.reduce(
    (text, [id, { mariadb, woocommerce, wordpress }]) =>
      text +
      block
        .replace('2026.11', id)
        .replace('mariadb: "11.8"', `mariadb: "${mariadb}"`)
        .replace('wordpress: 60717', `wordpress: ${wordpress}`)
        .replace(/(schema:[^]*)woocommerce: 11\.1\.0/, `$1woocommerce: ${woocommerce}`),
    yaml.replace('in-cluster:\n', 'elsewhere: {}\n  in-cluster:\n'),
  ),
)
const at = memoryRepo(platform).snapshot()
const before = storeFile({
  nonce: { retry: 0, credentials: 3, adminReset: 0 },
  storage: { uploads: 10, database: 5, backups: 8, uploadsAccess: 'RWO', class: 'fast' },
})

function refusal(after: Partial<StoreFile>, from: StoreFile = before): StoreError | null {
  try {
    admitChange(from, { ...from, ...after }, at)
    return null
  } catch (error) {
    return error as StoreError
  }
}

describe('admitChange', () => {
  it.each<[string, Partial<StoreFile>]>([
    ['nothing', {}],
    ['title and labels', { title: 'New', labels: { tier: 'gold' } }],
    ['larger volumes', { storage: { ...before.storage, uploads: 11, database: 6, backups: 9 } }],
    ['a newer release', { release: '2026.12' }],
    ['another plan', { plan: 'large' }],
    ['a raised counter', { nonce: { retry: 1, credentials: 4, adminReset: 1 } }],
    [
      'a lowered counter, as a reverted rotation does',
      { nonce: { ...before.nonce, credentials: 1 } },
    ],
    ['the code mode spelt out', { code: 'immutable' }],
  ])('accepts %s', (_what, after) => {
    expect(refusal(after)).toBeNull()
  })

  it.each<[string, string, Partial<StoreFile>]>([
    ['invalid_store', '#/name', { name: 'other' }],
    ['invalid_store', '#/team', { team: 'acme' }],
    ['invalid_store', '#/cluster', { cluster: 'elsewhere' }],
    ['invalid_store', '#/code', { code: 'writable' }],
    ['invalid_store', '#/storage/class', { storage: { ...before.storage, class: 'slow' } }],
    [
      'invalid_store',
      '#/storage/uploadsAccess',
      { storage: { ...before.storage, uploadsAccess: 'RWX' } },
    ],
    [
      'invalid_store',
      '#/origin',
      { origin: { store: 'a', restorePoint: 'daily-1', at: '2026-11-24T12:00:00Z' } },
    ],
    ['invalid_store', '#/plan', { plan: 'huge' }],
    ['grow_only', '#/storage/uploads', { storage: { ...before.storage, uploads: 9 } }],
    ['grow_only', '#/storage/database', { storage: { ...before.storage, database: 4 } }],
    ['grow_only', '#/storage/backups', { storage: { ...before.storage, backups: 7 } }],
    [
      'grow_only',
      '#/storage/backups',
      { storage: { uploads: 10, database: 5, uploadsAccess: 'RWO', class: 'fast' } },
    ],
    ['grow_only', '#/release', { release: '2025.1' }],
    ['grow_only', '#/release', { release: '2025.2' }],
    ['grow_only', '#/release', { release: '2025.3' }],
    ['lifecycle_conflict', '#/lifecycle/state', { lifecycle: { state: 'purge' } }],
  ])('refuses with %s at %s', (code, pointer, after) => {
    const error = refusal(after)
    expect(error?.code).toBe(code)
    expect(error?.errors.map((problem) => problem.pointer)).toContain(pointer)
  })

  it('refuses another secrets mode, because it would replace live credentials', () => {
    const external = testPlatform((yaml) =>
      yaml.concat('secrets: {external: {storeKind: ClusterSecretStore, storeName: vault}}\n'),
    )
    expect(() =>
      admitChange(before, { ...before, secretsMode: 'external' }, { ...at, platform: external }),
    ).toThrow(expect.objectContaining({ code: 'invalid_store' }))
  })

  it('refuses a larger volume if the cluster cannot enlarge volumes, and names the setting', () => {
    const fixed = testPlatform((yaml) => yaml.replace('allowVolumeExpansion: true', ''))
    for (const volume of ['uploads', 'database', 'backups'] as const) {
      const size = before.storage[volume] ?? 0
      const after = { ...before, storage: { ...before.storage, [volume]: size + 1 } }
      const [problem, ...more] = changeProblems(before, after, fixed)
      expect(more).toEqual([])
      expect(problem).toMatchObject({ code: 'invalid_store', pointer: `#/storage/${volume}` })
      expect(problem?.detail).toContain(`stays at ${size} Gi`)
      expect(problem?.detail).toContain('clusters.in-cluster.allowVolumeExpansion')
    }
    expect(changeProblems(before, { ...before, plan: 'large' }, fixed)).toEqual([])
    // A volume that does not exist yet is created, not enlarged.
    const { backups: _, ...without } = before.storage
    expect(changeProblems({ ...before, storage: without }, before, fixed)).toEqual([])
  })

  it('S2-03 refuses to shrink any volume and accepts growth', () => {
    for (const volume of ['uploads', 'database', 'backups'] as const) {
      const size = before.storage[volume] ?? 0
      const smaller = refusal({ storage: { ...before.storage, [volume]: size - 1 } })
      expect([smaller?.code, smaller?.errors]).toEqual([
        'grow_only',
        [{ pointer: `#/storage/${volume}`, detail: `only grows; it has ${size} Gi now` }],
      ])
      expect(refusal({ storage: { ...before.storage, [volume]: size + 1 } })).toBeNull()
    }
  })

  it('compares versions numerically: 11.10 is newer than 11.8', () => {
    expect(refusal({ release: '2026.12' })).toBeNull()
    expect(refusal({ release: '2026.11' }, { ...before, release: '2026.12' })?.code).toBe(
      'grow_only',
    )
  })

  it('refuses a change from a release that is no longer declared, and names the fix', () => {
    const error = refusal({ release: '2026.11' }, { ...before, release: '2024.1' })
    expect([error?.code, error?.errors[0]?.detail]).toEqual([
      'grow_only',
      expect.stringContaining('declare it again'),
    ])
  })

  it('refuses a rotation if a generator makes the values', () => {
    const generator = testPlatform((yaml) =>
      yaml.concat('secrets: {mode: external, external: {storeKind: Generator}}\n'),
    )
    const made = storeFile({ secretsMode: 'external' })
    const nonce = { retry: 1, credentials: 2, adminReset: 1 }
    expect(() => admitChange(made, { ...made, nonce }, { ...at, platform: generator })).toThrow(
      expect.objectContaining({
        code: 'invalid_store',
        errors: [
          { pointer: '#/nonce/credentials', detail: expect.stringContaining('generator') },
          { pointer: '#/nonce/adminReset', detail: expect.stringContaining('generator') },
        ],
      }),
    )
    admitChange(
      made,
      { ...made, nonce: { ...made.nonce, retry: 1 } },
      { ...at, platform: generator },
    )
  })

  it('reports every problem at once, under the code of the most serious one', () => {
    const error = refusal({
      name: 'other',
      plan: 'huge',
      release: '2025.1',
      lifecycle: { state: 'purge' },
      storage: { ...before.storage, uploads: 1 },
    })
    expect([error?.code, error?.extra]).toEqual(['lifecycle_conflict', { lifecycle: 'active' }])
    expect(error?.errors.map(({ pointer }) => pointer)).toEqual([
      '#/lifecycle/state',
      '#/name',
      '#/storage/uploads',
      '#/release',
      '#/plan',
    ])
  })

  it('protects the size of a backup volume that only the plan declared', () => {
    const volume = { backup: { destination: 'pvc' as const } }
    const { backups: _, ...storage } = before.storage
    const large = storeFile({ ...volume, plan: 'large', storage })
    expect(changeProblems(large, { ...large, plan: 'small' }, platform)).toMatchObject([
      { code: 'grow_only', pointer: '#/storage/backups' },
    ])
  })

  it('S2-15 refuses a domain of another store and a domain below the base domain', () => {
    const repo = memoryRepo(platform)
    const other = storeFile({ name: 'other', domains: ['shop.example.com'] })
    repo.put(storeRecord('2026-11-24T12:00:00Z', other))
    repo.put(storeRecord('2026-11-24T12:00:00Z', before))
    const domains = [
      'shop.example.com',
      'free.example.com',
      'x.127-0-0-1.nip.io',
      '127-0-0-1.nip.io',
    ]
    expect(() => admitChange(before, { ...before, domains }, repo.snapshot())).toThrow(
      expect.objectContaining({
        code: 'invalid_store',
        errors: [
          { pointer: '#/domains/0', detail: 'belongs to another store' },
          { pointer: '#/domains/2', detail: expect.stringContaining('lies below') },
          { pointer: '#/domains/3', detail: expect.stringContaining('lies below') },
        ],
      }),
    )
    admitChange(other, { ...other, title: 'Mine' }, repo.snapshot())
  })
})

describe('a store with an existing conflict', () => {
  const origin = { store: 'gone', restorePoint: 'daily-1', at: '2026-11-24T12:00:00Z' }
  const bucket = testPlatform((yaml) =>
    yaml
      .replace('    code:', `      rclone: rclone:1@sha256:${'a'.repeat(64)}\n    code:`)
      .concat('backup: {destination: s3, s3: {bucket: backups, secretName: backup-target}}\n'),
  )

  it('keeps a plan that its team may no longer use, and cannot change to another such plan', () => {
    const closed = testPlatform((yaml) => yaml.replace('default: {}', 'default: {plans: [small]}'))
    const at = memoryRepo(closed).snapshot()
    const medium = storeFile({ plan: 'medium' })
    admitChange(medium, { ...medium, lifecycle: { state: 'suspended' } }, at)
    admitChange(medium, { ...medium, plan: 'small' }, at)
    expect(() => admitChange(medium, { ...medium, plan: 'large' }, at)).toThrow(
      expect.objectContaining({
        code: 'invalid_store',
        errors: [{ pointer: '#/plan', detail: 'is not open to this team, which may use small' }],
      }),
    )
  })

  it('can be suspended and deleted although another store has the same domain', () => {
    const repo = memoryRepo(platform)
    const domains = ['shop.example.com']
    const twin = { ...before, domains }
    repo.put(storeRecord('2026-11-24T12:00:00Z', storeFile({ name: 'other', domains })))
    for (const state of ['suspended', 'deleted'] as const) {
      admitChange(twin, { ...twin, lifecycle: { state } }, repo.snapshot())
    }
    const more = { ...twin, domains: [...domains, 'x.127-0-0-1.nip.io'] }
    expect(() => admitChange(twin, more, repo.snapshot())).toThrow(
      expect.objectContaining({ code: 'invalid_store' }),
    )
  })

  it('can be changed after its origin is gone', () => {
    const copy = storeFile({ origin, quarantine: true })
    admitChange(copy, { ...copy, quarantine: false }, memoryRepo(bucket).snapshot())
  })
})

describe('the lifecycle', () => {
  const ALLOWED = [
    'active>suspended',
    'active>deleted',
    'suspended>active',
    'suspended>deleted',
    'deleted>active',
    'deleted>suspended',
    'deleted>purge',
    'purge>active',
    'purge>suspended',
    'purge>deleted',
  ]
  const pairs = lifecycles.flatMap((from) => lifecycles.map((to) => [from, to] as const))

  it.each(pairs)('allows or refuses %s to %s as the table declares', (from, to) => {
    const allowed = from === to || ALLOWED.includes(`${from}>${to}`)
    const error = refusal({ lifecycle: { state: to } }, { ...before, lifecycle: { state: from } })
    expect(error?.code).toBe(allowed ? undefined : 'lifecycle_conflict')
  })
})
