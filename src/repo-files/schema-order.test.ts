import { expect, it } from 'vitest'
import { Labels } from '../contract/labels.ts'
import { StoreFile } from '../contract/store-file.ts'
import { BackupOverride, Components } from '../contract/store-values.ts'
import { storeFile } from '../testing/records.ts'
import { inSchemaOrder } from './schema-order.ts'

const sha256 = 'a'.repeat(64)

/** The same data with the keys of each object in reverse. */
function reversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(reversed)
  const entries = Object.entries(value).toReversed()
  return Object.fromEntries(entries.map(([key, member]) => [key, reversed(member)]))
}

it('puts keys into the order of the schema, at every depth', () => {
  const order = inSchemaOrder(StoreFile)
  const store = storeFile({
    plugins: [{ slug: 'seo', version: '1.0', sha256 }],
    backup: { destination: 's3', retentionDays: 3 },
    labels: { area: 'eu', tier: 'gold' },
  })
  const text = JSON.stringify(order(store))
  expect(JSON.stringify(order(reversed(store)))).toBe(text)
  expect(JSON.stringify(reversed(store))).not.toBe(text)
  expect(JSON.parse(text)).toEqual(store)
})

it('keeps the order of lists, and sorts the keys of records', () => {
  const list = ['b', 'a'].map((slug) => ({ sha256, slug, version: '1.0' }))
  expect(JSON.stringify(inSchemaOrder(Components)(list))).toBe(
    `[{"slug":"b","version":"1.0","sha256":"${sha256}"},{"slug":"a","version":"1.0","sha256":"${sha256}"}]`,
  )
  expect(JSON.stringify(inSchemaOrder(Labels)({ z: '1', k: '2' }))).toBe('{"k":"2","z":"1"}')
})

it('leaves out keys that are not set', () => {
  const order = inSchemaOrder(BackupOverride)
  expect(order({ destination: undefined, retentionDays: 3 })).toStrictEqual({ retentionDays: 3 })
})
