import type { StoreFile } from '@storewright/contract/store-file.ts'
import { StorePatch } from '@storewright/contract/store-patch.ts'
import { expect, it } from 'vitest'
import {
  differing,
  type Edit,
  editFields,
  editOf,
  patchOf,
  pointerOf,
  rebased,
  shown,
} from './edit.ts'

const store = {
  plan: 'small',
  release: '2026.11',
  title: 'shop',
  autoSync: true,
  sampleProduct: true,
  site: { country: 'US', currency: 'USD', locale: 'en_US', timezone: 'UTC' },
  storage: { uploads: 5, database: 5, uploadsAccess: 'RWO' },
} as StoreFile
const base = editOf(store)
const sum = 'a'.repeat(64)

it('contains only changed members', () => {
  expect(patchOf({ ...base, plan: 'medium' }, base)).toEqual({ plan: 'medium' })
  expect(patchOf(base, base)).toEqual({})
})

it.each([
  ['tier=gold\n  area = eu \n\n', { tier: 'gold', area: 'eu' }],
  ['bare', { bare: '' }],
  ['a=b=c', { a: 'b=c' }],
  [' \n', null],
])('reads labels %j', (labels, expected) => {
  const gold = editOf({ ...store, labels: { tier: 'silver' } })
  expect(patchOf({ ...gold, labels }, gold)).toEqual({ labels: expected })
})

it.each<[Partial<Edit>, object]>([
  [{ 'site.country': 'DE' }, { site: { country: 'DE' } }],
  [{ 'storage.uploads': '8' }, { storage: { uploads: 8 } }],
  [{ 'storage.uploads': '' }, {}],
  [
    { domains: 'a.example.com\n\n b.example.com ' },
    { domains: ['a.example.com', 'b.example.com'] },
  ],
  [{ 'backup.destination': 's3' }, { backup: { destination: 's3' } }],
  [
    { 'backup.destination': 'pvc', 'backup.retentionDays': '3' },
    { backup: { destination: 'pvc', retentionDays: 3 } },
  ],
  [
    { 'egress.https': 'deny', smtp: true },
    { egress: { https: 'deny' }, smtp: true },
  ],
  [{ 'pin.until': '2026-12-27' }, { pin: { until: '2026-12-27', reason: '' } }],
  [{ plugins: `seo  1.2 ${sum}` }, { plugins: [{ slug: 'seo', version: '1.2', sha256: sum }] }],
  [{ 'php.uploadMaxMegabytes': '96' }, { php: { uploadMaxMegabytes: 96 } }],
  [{ themes: 'storefront' }, { themes: [{ slug: 'storefront', version: '', sha256: '' }] }],
])('sends %j in the shape of the contract', (change, expected) => {
  expect(patchOf({ ...base, ...change }, base)).toEqual(expected)
})

it('removes emptied members', () => {
  const full = editOf({
    ...store,
    domains: ['a.example.com'],
    backup: { destination: 's3', retentionDays: 3 },
    egress: { https: 'deny' },
    pin: { until: '2026-12-27', reason: 'the winter sale' },
    plugins: [{ slug: 'seo', version: '1.2', sha256: sum }],
  })
  const emptied = patchOf({ ...base }, full)
  expect(emptied).toEqual({ domains: null, backup: null, egress: null, pin: null, plugins: null })
  expect(StorePatch.safeParse(emptied).success).toBe(true)
  expect(patchOf({ ...full, 'backup.destination': '' }, full)).toEqual({
    backup: { retentionDays: 3 },
  })
})

it('offers every member that the API accepts, and has a pointer for each', () => {
  const changed = Object.fromEntries(
    Object.entries(base).map(([key, value]) => [key, typeof value === 'boolean' ? !value : '1']),
  ) as unknown as Edit
  const not = ['force', 'reason', 'ticket']
  const members = Object.keys(StorePatch.shape).filter((key) => !not.includes(key))
  expect(Object.keys(patchOf(changed, base)).sort()).toEqual(members.sort())
  const heads = editFields.map(({ key }) => pointerOf(key).split('/')[1])
  expect([...new Set(heads)].sort()).toEqual(members.sort())
  expect(editFields.map(({ key }) => key)).toEqual(Object.keys(base))
})

it('has a field for the upload limit, which removes the option when emptied', () => {
  const limited = editOf({ ...store, php: { uploadMaxMegabytes: 96 } })
  expect(limited['php.uploadMaxMegabytes']).toBe('96')
  expect(patchOf(base, limited)).toEqual({ php: null })
  expect(editFields).toContainEqual(
    expect.objectContaining({ key: 'php.uploadMaxMegabytes', control: 'number', max: 512 }),
  )
})

it('applies typed changes to a newer version', () => {
  const now = editOf({ ...store, plan: 'large', title: 'theirs' })
  const fields = { ...base, title: 'mine' }
  expect(differing(now, base)).toEqual(['plan', 'title'])
  expect(rebased(fields, base, now)).toEqual({ ...base, plan: 'large', title: 'mine' })
})

it('shows values as text', () => {
  const edit = editOf({ ...store, autoSync: false, labels: { b: '2', a: '1' } })
  expect([shown(edit, 'autoSync'), shown(edit, 'labels'), shown(base, 'labels')]).toEqual([
    'off',
    'a=1, b=2',
    'none',
  ])
})
