import { describe, expect, it } from 'vitest'
import { firstByte, hash16, hash8, treeId } from './hash.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('treeId', () => {
  // printf 'a\n' | git hash-object -w --stdin; git mktree <<< … (git 2.39, object formats sha1 and sha256)
  it('equals the id that git prints for the same folder', () => {
    const files = [
      { path: 'b.yaml', bytes: bytes('b\n') },
      { path: 'a.yaml', bytes: bytes('a\n') },
    ]
    expect(treeId(files, 'sha1')).toBe('6df49785fecdbb0aea3b042bdedf496fcc235ea5')
    expect(treeId(files, 'sha256')).toBe(
      '19f5b5b8f1339bcdbf36c92f49f3fe1fbaaae72e6ab351c58295e0cc1a1ed70d',
    )
  })

  it('is the empty tree for no files', () => {
    expect(treeId([], 'sha1')).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904')
  })
})

describe('hashes', () => {
  it('do not depend on key order and ignore unset members', () => {
    expect(hash8({ a: 1, b: { d: 2, c: 3 } })).toBe(
      hash8({ b: { c: 3, d: 2 }, a: 1, e: undefined }),
    )
    expect(hash8({ a: 1 })).not.toBe(hash8({ a: 2 }))
    expect([hash8(1).length, hash16(1).length]).toEqual([8, 16])
  })

  it('spread names', () => {
    const minutes = new Set(Array.from({ length: 50 }, (_, n) => firstByte(`shop-${n}`) % 5))
    expect(minutes.size).toBe(5)
  })
})
