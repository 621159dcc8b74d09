import { describe, expect, it } from 'vitest'
import { parseStoreFile, storeDocument } from './store-file.ts'

const digest = 'a'.repeat(64)
const component = (slug: string, version = '1.0') => ({ slug, version, sha256: digest })

/** A store.yaml with every key. */
const FULL = {
  apiVersion: 'storewright.dev/v1',
  kind: 'Store',
  name: 'shop',
  team: 'acme',
  engine: 'woo',
  plan: 'large',
  release: '2026.11.2',
  cluster: 'arn:aws:eks:eu-1:123:cluster/shops',
  storage: { uploads: 50, database: 20, backups: 60, uploadsAccess: 'RWX', class: 'fast' },
  secretsMode: 'external',
  lifecycle: {
    state: 'deleted',
    since: '2026-11-24T12:00:00Z',
    purgeAfter: '2026-12-01T12:00:00Z',
    dataLossAccepted: true,
    reason: 'season over',
  },
  autoSync: false,
  queued: true,
  title: 'Müller & Söhne ☕',
  owner: 'oidc:4711/ada',
  admin: { user: 'ada.lovelace', emailSecret: 'admin-email' },
  site: { country: 'DE', currency: 'EUR', locale: 'de_DE', timezone: 'Europe/Berlin' },
  sampleProduct: false,
  domains: ['shop.example.com', 'www.shop.example.com'],
  plugins: [component('woocommerce-payments', '8.1.2'), component('seo', '2.0-rc.1')],
  themes: [component('storefront', '4.6')],
  code: 'immutable',
  cache: true,
  smtp: true,
  egress: { https: 'deny' },
  backup: { destination: 's3', retentionDays: 30 },
  pin: { until: '2026-12-24', reason: 'Christmas sale' },
  php: { uploadMaxMegabytes: 96 },
  labels: { tier: 'gold', 'example.com/region': 'eu' },
  nonce: { retry: 1, credentials: 2, adminReset: 3, backup: 4 },
  origin: { store: 'shop-1', restorePoint: 'daily-20261121T020000Z', at: '2026-11-24T12:00:00Z' },
  quarantine: true,
} as const

type Tree = { [key: string]: unknown }

/** {@link FULL} with other values at paths; `undefined` removes the key. */
function changed(changes: Readonly<Record<string, unknown>>): string {
  const tree = structuredClone(FULL) as Tree
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('/')
    const last = keys.pop() ?? ''
    let at = tree
    for (const key of keys) at = at[key] as Tree
    if (value === undefined) delete at[last]
    else at[last] = value
  }
  return JSON.stringify(tree)
}

const pointersOf = (changes: Readonly<Record<string, unknown>>) =>
  parseStoreFile(changed(changes), { team: 'acme', name: 'shop' }).problems.map(
    ({ pointer }) => pointer,
  )

describe('store.yaml with every key', () => {
  it('is parsed and printed unchanged, with keys in the documented order', () => {
    const { value, problems } = parseStoreFile(changed({}), { team: 'acme', name: 'shop' })
    expect(problems).toEqual([])
    expect(value).toEqual(FULL)
    const document = storeDocument(value!)
    expect(document).toEqual(FULL)
    expect(Object.keys(document)).toEqual(Object.keys(FULL))
  })

  it('requires the keys that every store has, and no optional ones', () => {
    const needed = Object.keys(FULL).filter((key) => pointersOf({ [key]: undefined }).length > 0)
    expect(needed).toEqual(
      'apiVersion kind name team engine plan release cluster storage secretsMode lifecycle autoSync title owner admin site sampleProduct nonce'.split(
        ' ',
      ),
    )
  })
})

describe('store.yaml with an error', () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['#/apiVersion', { apiVersion: 'v1' }],
    ['#/kind', { kind: 'Platform' }],
    ['#/name', { name: 'other' }],
    ['#/team', { team: 'other' }],
    ['#/engine', { engine: 'medusa' }],
    ['#/plan', { plan: 'Large' }],
    ['#/release', { release: '11' }],
    ['#/cluster', { cluster: 'a b' }],
    ['#/storage/uploads', { 'storage/uploads': 0 }],
    ['#/storage/uploads', { 'storage/uploads': 1001 }],
    ['#/storage/database', { 'storage/database': '20Gi' }],
    ['#/storage/backups', { 'storage/backups': 1.5 }],
    ['#/storage/uploadsAccess', { 'storage/uploadsAccess': 'ReadWriteOnce' }],
    ['#/storage/class', { 'storage/class': 'Fast SSD' }],
    ['#/secretsMode', { secretsMode: 'plain' }],
    ['#/lifecycle/state', { 'lifecycle/state': 'gone' }],
    ['#/lifecycle/since', { 'lifecycle/since': '2026-11-24 12:00' }],
    ['#/lifecycle/purgeAfter', { 'lifecycle/purgeAfter': '2026-11-24T12:00:00+01:00' }],
    ['#/lifecycle/reason', { 'lifecycle/reason': 'x'.repeat(201) }],
    ['#/autoSync', { autoSync: 'yes' }],
    ['#/queued', { queued: 1 }],
    ['#/title', { title: '' }],
    ['#/title', { title: 'x'.repeat(81) }],
    ['#/title', { title: 'a\u0007b' }],
    ['#/owner', { owner: 'ada@example.com' }],
    ['#/owner', { owner: '' }],
    ['#/admin/user', { 'admin/user': 'admin' }],
    ['#/admin/user', { 'admin/user': 'al' }],
    ['#/admin/password', { 'admin/password': 'hunter2' }],
    ['#/admin/email', { 'admin/email': 'ada@example.com' }],
    ['#/admin/emailSecret', { 'admin/emailSecret': 'ada@example.com' }],
    ['#/site/country', { 'site/country': 'Germany' }],
    ['#/site/currency', { 'site/currency': '€' }],
    ['#/site/locale', { 'site/locale': 'de-DE' }],
    ['#/site/timezone', { 'site/timezone': '../etc/passwd' }],
    ['#/domains/0', { domains: ['https://shop.example.com'] }],
    ['#/domains/0', { domains: ['SHOP.example.com'] }],
    ['#/domains', { domains: ['a.example.com', 'a.example.com'] }],
    ['#/domains', { domains: Array.from({ length: 11 }, (_, n) => `a${n}.example.com`) }],
    ['#/plugins/0/slug', { plugins: [component('../x')] }],
    ['#/plugins/0/version', { plugins: [component('a', 'latest')] }],
    ['#/plugins/0/version', { plugins: [component('a', '1.0\n')] }],
    ['#/plugins/0/sha256', { plugins: [{ slug: 'a', version: '1.0', sha256: 'x' }] }],
    ['#/plugins/0/url', { plugins: [{ ...component('a'), url: 'https://evil.example/a.zip' }] }],
    ['#/plugins', { plugins: [component('a'), component('a', '2.0')] }],
    ['#/themes', { themes: Array.from({ length: 51 }, (_, n) => component(`t${n}`)) }],
    ['#/code', { code: 'git' }],
    ['#/cache', { cache: 'redis' }],
    ['#/egress/https', { 'egress/https': 'maybe' }],
    ['#/backup/destination', { 'backup/destination': 'tape' }],
    ['#/backup/retentionDays', { 'backup/retentionDays': 91 }],
    ['#/pin/until', { 'pin/until': '2026-13-01' }],
    ['#/pin/reason', { 'pin/reason': 'because' }],
    ['#/php/uploadMaxMegabytes', { 'php/uploadMaxMegabytes': 0 }],
    ['#/php/uploadMaxMegabytes', { 'php/uploadMaxMegabytes': '96M' }],
    ['#/php/uploadMaxMegabytes', { php: {} }],
    ['#/php/memory', { 'php/memory': 1 }],
    ['#/labels', { labels: { 'a b': 'c' } }],
    ['#/labels', { labels: { a: 'b c' } }],
    ['#/labels', { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } }],
    ['#/labels', { labels: { 'storewright.dev/team': 'other' } }],
    [
      '#/labels',
      { labels: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`k${n}`, 'v'])) },
    ],
    ['#/nonce/credentials', { 'nonce/credentials': 0 }],
    ['#/nonce/retry', { 'nonce/retry': -1 }],
    ['#/nonce/backup', { 'nonce/backup': 0.5 }],
    ['#/origin/restorePoint', { 'origin/restorePoint': '../../other/daily-1' }],
    ['#/origin/store', { 'origin/store': 'a/b' }],
    ['#/origin/at', { 'origin/at': 'yesterday' }],
    ['#/quarantine', { quarantine: 'yes' }],
    ['#/status', { status: 'Ready' }],
  ])('is refused at %s for %j', (pointer, changes) => {
    const found = pointersOf(changes)
    expect(
      found.some((each) => each === pointer || each.startsWith(`${pointer}/`)),
      found.join(),
    ).toBe(true)
  })

  it('reports every problem at once', () => {
    expect(
      pointersOf({
        plan: 7,
        'site/currency': 'euro',
        surprise: 1,
        'storage/uploads': 0,
      }).toSorted(),
    ).toEqual(['#/plan', '#/site/currency', '#/storage/uploads', '#/surprise'])
  })
})
