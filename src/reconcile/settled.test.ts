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

describe('a store under another platform.yaml', () => {
  it('stays when nothing that it follows from changed, and is settled under that one too', () => {
    const settled = openSettled()
    const shop = record()
    settled.passed(snapshot(first, shop))
    expect(settled.open(snapshot(limits, shop))).toEqual([shop])
    expect(settled.stays(shop, limits)).toBe(true)
    expect(settled.open(snapshot(limits, shop))).toEqual([])
    expect(settled.stays(shop, scheme)).toBe(false)
  })

  it('stays under the second one in a row that leaves it alone', () => {
    const settled = openSettled()
    const shop = record()
    settled.add(shop, first, false)
    settled.passed(snapshot(first, shop))
    expect(settled.stays(shop, limits)).toBe(true)
    expect(settled.stays(shop, first)).toBe(true)
  })

  it.each<[string, (settled: ReturnType<typeof openSettled>) => StoreRecord]>([
    ['before any pass has ended', () => record()],
    [
      'when it is refused, for that may be over',
      (settled) => {
        const shop = record()
        settled.add(shop, first, true)
        settled.passed(snapshot(first, shop))
        return shop
      },
    ],
    [
      'when a person changed it since',
      (settled) => {
        settled.passed(snapshot(first, record()))
        const pushed = record({ title: 'New' })
        return { ...pushed, last: { ...pushed.last, requestId: null } }
      },
    ],
    [
      'when its files were edited by hand, for it may be said to render them now',
      (settled) => {
        const edited = { ...record(), manifestsTree: 'f'.repeat(40) }
        settled.add(edited, first, false)
        settled.passed(snapshot(first, edited))
        return edited
      },
    ],
    [
      'when its secrets are sealed, for a certificate is no prop of it',
      (settled) => {
        const sealed = record({ secretsMode: 'sealed' })
        settled.passed(snapshot(first, sealed))
        return sealed
      },
    ],
    [
      'when its intent does not fit any more',
      (settled) => {
        const other = record({ plan: 'gone' })
        settled.passed(snapshot(first, other))
        return other
      },
    ],
  ])('gets a look %s', (_when, prepare) => {
    const settled = openSettled()
    const shop = prepare(settled)
    expect(settled.stays(shop, limits)).toBe(false)
  })
})

describe('a store that this process has not looked at', () => {
  const known = (settled: ReturnType<typeof openSettled>, shop: StoreRecord, made = first) => [
    settled.isNew(shop),
    settled.stayed(shop, made, first),
    settled.isNew(shop),
  ]

  it('stays where our commit was made under the same platform.yaml, or one that differs in nothing it follows from', () => {
    const settled = openSettled()
    const [shop, other] = [record(), record({ name: 'other' })]
    expect(known(settled, shop)).toEqual([true, true, false])
    expect(known(settled, other, limits)).toEqual([true, true, false])
    expect(settled.open(snapshot(first, shop, other))).toEqual([])
  })

  it.each<[string, StoreRecord, typeof first]>([
    ['its files follow from something else now', record(), scheme],
    [
      'another generator made them',
      { ...record(), app: { ...record().app!, generator: '0.0.9' } },
      first,
    ],
    ['sealed secrets stand under another platform.yaml', record({ secretsMode: 'sealed' }), limits],
  ])('gets a look where %s', (_, shop, made) => {
    expect(known(openSettled(), shop, made)).toEqual([true, false, true])
  })

  it.each<[string, StoreRecord]>([
    ['a person pushed last', { ...record(), last: { ...record().last, requestId: null } }],
    ['its files were edited by hand', { ...record(), manifestsTree: 'f'.repeat(40) }],
  ])('gets a look where %s', (_, shop) => {
    const settled = openSettled()
    expect([settled.isNew(shop), settled.stayed(shop, first, first)]).toEqual([false, false])
  })
})
