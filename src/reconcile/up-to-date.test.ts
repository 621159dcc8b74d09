import { describe, expect, it } from 'vitest'
import type { StoreFile } from '../contract/store-file.ts'
import type { Snapshot, StoreRecord } from '../domain/snapshot.ts'
import { StoreIndex } from '../domain/store-index.ts'
import { memoryRepo } from '../testing/memory-repo.ts'
import { testPlatform } from '../testing/platform.ts'
import { storeFile, storeRecord } from '../testing/records.ts'
import { trackUpToDate } from './up-to-date.ts'

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
  stores: StoreIndex.of(records),
})

describe('a store after a change of platform.yaml', () => {
  it('stays if its inputs did not change, and is then up to date for the new platform.yaml too', () => {
    const upToDate = trackUpToDate()
    const shop = record()
    upToDate.passFinished(snapshot(first, shop))
    expect(upToDate.open(snapshot(limits, shop))).toEqual([shop])
    expect(upToDate.isUpToDate(shop, limits)).toBe(true)
    expect(upToDate.open(snapshot(limits, shop))).toEqual([])
    expect(upToDate.isUpToDate(shop, scheme)).toBe(false)
  })

  it('stays after a second change that does not affect it', () => {
    const upToDate = trackUpToDate()
    const shop = record()
    upToDate.add(shop, first, false)
    upToDate.passFinished(snapshot(first, shop))
    expect(upToDate.isUpToDate(shop, limits)).toBe(true)
    expect(upToDate.isUpToDate(shop, first)).toBe(true)
  })

  it.each<[string, (upToDate: ReturnType<typeof trackUpToDate>) => StoreRecord]>([
    ['before the first pass has ended', () => record()],
    [
      'if it is refused, because the reason may be gone',
      (upToDate) => {
        const shop = record()
        upToDate.add(shop, first, true)
        upToDate.passFinished(snapshot(first, shop))
        return shop
      },
    ],
    [
      'if a person changed it since',
      (upToDate) => {
        upToDate.passFinished(snapshot(first, record()))
        const pushed = record({ title: 'New' })
        return { ...pushed, last: { ...pushed.last, requestId: null } }
      },
    ],
    [
      'if its files were edited by hand, because platform.yaml may now say to render them',
      (upToDate) => {
        const edited = { ...record(), manifestsTree: 'f'.repeat(40) }
        upToDate.add(edited, first, false)
        upToDate.passFinished(snapshot(first, edited))
        return edited
      },
    ],
    [
      'if its secrets are sealed, because the certificate is not part of its digest',
      (upToDate) => {
        const sealed = record({ secretsMode: 'sealed' })
        upToDate.passFinished(snapshot(first, sealed))
        return sealed
      },
    ],
    [
      'if its intent does not fit the platform any more',
      (upToDate) => {
        const other = record({ plan: 'gone' })
        upToDate.passFinished(snapshot(first, other))
        return other
      },
    ],
  ])('is looked at %s', (_when, prepare) => {
    const upToDate = trackUpToDate()
    const shop = prepare(upToDate)
    expect(upToDate.isUpToDate(shop, limits)).toBe(false)
  })
})

describe('a store that this process has not looked at yet', () => {
  const known = (upToDate: ReturnType<typeof trackUpToDate>, shop: StoreRecord, made = first) => [
    upToDate.isNew(shop),
    upToDate.wasUpToDateAtStart(shop, made, first),
    upToDate.isNew(shop),
  ]

  it('stays if our commit was made with an equivalent platform.yaml', () => {
    const upToDate = trackUpToDate()
    const [shop, other] = [record(), record({ name: 'other' })]
    expect(known(upToDate, shop)).toEqual([true, true, false])
    expect(known(upToDate, other, limits)).toEqual([true, true, false])
    expect(upToDate.open(snapshot(first, shop, other))).toEqual([])
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
    expect(known(trackUpToDate(), shop, made)).toEqual([true, false, true])
  })

  it.each<[string, StoreRecord]>([
    [
      'its newest commit was pushed by a person',
      { ...record(), last: { ...record().last, requestId: null } },
    ],
    ['its files were edited by hand', { ...record(), manifestsTree: 'f'.repeat(40) }],
  ])('is looked at if %s', (_, shop) => {
    const upToDate = trackUpToDate()
    expect([upToDate.isNew(shop), upToDate.wasUpToDateAtStart(shop, first, first)]).toEqual([
      false,
      false,
    ])
  })
})
