import { describe, expect, it } from 'vitest'
import type { StoreFile } from '../contract/store-file.ts'
import type { Snapshot, StoreRecord } from '../domain/snapshot.ts'
import { memoryRepo } from '../testing/memory-repo.ts'
import { testPlatform } from '../testing/platform.ts'
import { storeFile, storeRecord } from '../testing/records.ts'
import { openSettled } from './settled.ts'

const first = testPlatform()
const limits = testPlatform((yaml) => yaml.replace('20000', '19999'))
const scheme = testPlatform((yaml) =>
  yaml.replace('profile: local', 'profile: local\nscheme: https'),
)

const record = (change: Partial<StoreFile> = {}): StoreRecord => {
  const made = storeRecord('2026-11-24T12:00:00Z', storeFile(change))
  return { ...made, app: { ...made.app!, tree: made.manifestsTree } }
}
const snapshot = (platform: Snapshot['platform'], ...records: StoreRecord[]): Snapshot => ({
  ...memoryRepo(platform).snapshot(),
  stores: new Map(records.map((each) => [each.name, each])),
})

describe('a store after a change of platform.yaml', () => {
  it('stays if its inputs did not change, and is then settled for the new platform.yaml too', () => {
    const settled = openSettled()
    const shop = record()
    settled.passed(snapshot(first, shop))
    expect(settled.open(snapshot(limits, shop))).toEqual([shop])
    expect(settled.stays(shop, limits)).toBe(true)
    expect(settled.open(snapshot(limits, shop))).toEqual([])
    expect(settled.stays(shop, scheme)).toBe(false)
  })

  it('stays after a second change that does not affect it', () => {
    const settled = openSettled()
    const shop = record()
    settled.add(shop, first, false)
    settled.passed(snapshot(first, shop))
    expect(settled.stays(shop, limits)).toBe(true)
    expect(settled.stays(shop, first)).toBe(true)
  })

  it.each<[string, (settled: ReturnType<typeof openSettled>) => StoreRecord]>([
    ['before the first pass has ended', () => record()],
    [
      'if it is refused, because the reason may be gone',
      (settled) => {
        const shop = record()
        settled.add(shop, first, true)
        settled.passed(snapshot(first, shop))
        return shop
      },
    ],
    [
      'if a person changed it since',
      (settled) => {
        settled.passed(snapshot(first, record()))
        const pushed = record({ title: 'New' })
        return { ...pushed, last: { ...pushed.last, requestId: null } }
      },
    ],
    [
      'if its files were edited by hand, because platform.yaml may now say to render them',
      (settled) => {
        const edited = { ...record(), manifestsTree: 'f'.repeat(40) }
        settled.add(edited, first, false)
        settled.passed(snapshot(first, edited))
        return edited
      },
    ],
    [
      'if its secrets are sealed, because the certificate is not part of its digest',
      (settled) => {
        const sealed = record({ secretsMode: 'sealed' })
        settled.passed(snapshot(first, sealed))
        return sealed
      },
    ],
    [
      'if its intent does not fit the platform any more',
      (settled) => {
        const other = record({ plan: 'gone' })
        settled.passed(snapshot(first, other))
        return other
      },
    ],
  ])('is looked at %s', (_when, prepare) => {
    const settled = openSettled()
    const shop = prepare(settled)
    expect(settled.stays(shop, limits)).toBe(false)
  })
})

describe('a store that this process has not looked at yet', () => {
  const known = (settled: ReturnType<typeof openSettled>, shop: StoreRecord, made = first) => [
    settled.isNew(shop),
    settled.stayed(shop, made, first),
    settled.isNew(shop),
  ]

  it('stays if our commit was made with an equivalent platform.yaml', () => {
    const settled = openSettled()
    const [shop, other] = [record(), record({ name: 'other' })]
    expect(known(settled, shop)).toEqual([true, true, false])
    expect(known(settled, other, limits)).toEqual([true, true, false])
    expect(settled.open(snapshot(first, shop, other))).toEqual([])
  })

  it.each<[string, StoreRecord, typeof first]>([
    ['its inputs changed', record(), scheme],
    [
      'another generator made its files',
      { ...record(), app: { ...record().app!, generator: '0.0.9' } },
      first,
    ],
    ['its secrets are sealed and platform.yaml changed', record({ secretsMode: 'sealed' }), limits],
  ])('is looked at if %s', (_, shop, made) => {
    expect(known(openSettled(), shop, made)).toEqual([true, false, true])
  })

  it.each<[string, StoreRecord]>([
    [
      'its newest commit was pushed by a person',
      { ...record(), last: { ...record().last, requestId: null } },
    ],
    ['its files were edited by hand', { ...record(), manifestsTree: 'f'.repeat(40) }],
  ])('is looked at if %s', (_, shop) => {
    const settled = openSettled()
    expect([settled.isNew(shop), settled.stayed(shop, first, first)]).toEqual([false, false])
  })
})
