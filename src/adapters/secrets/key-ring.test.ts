import { describe, expect, it } from 'vitest'
import { newKeyRing, openKeyRing } from './key-ring.ts'

const KEY = Buffer.alloc(32, 'a').toString('base64')
const NEXT = Buffer.alloc(48, 'b').toString('base64url')

describe('openKeyRing', () => {
  it('verifies its own proof and rejects a proof of another text or key', () => {
    const ring = openKeyRing(KEY)
    const proof = ring.sign('text')
    expect(proof).toMatch(/^v1:[0-9a-f]{12}:[A-Za-z0-9_-]{43}$/)
    expect(ring.verify('text', proof)).toBe(true)
    expect(ring.verify('texT', proof)).toBe(false)
    expect(openKeyRing(NEXT).verify('text', proof)).toBe(false)
  })

  it.each(['', 'v1', 'v1::', 'v2:0:0', `v1:${'0'.repeat(12)}:${'A'.repeat(43)}`, 'v1:é:é'])(
    'rejects the malformed proof %j',
    (proof) => expect(openKeyRing(KEY).verify('text', proof)).toBe(false),
  )

  it('signs with the first key and verifies with all keys', () => {
    const old = openKeyRing(KEY)
    const rotated = openKeyRing(`# the new one\n${NEXT}\n\n${KEY} # until the end of the year\n`)
    expect(rotated.verify('text', old.sign('text'))).toBe(true)
    expect(openKeyRing(NEXT).sign('text')).toBe(rotated.sign('text'))
    expect(openKeyRing(`${NEXT},${KEY}`).sign('text')).toBe(rotated.sign('text'))
  })

  it.each([
    ['no key', '# none\n\n', /no key/],
    ['a short key', Buffer.alloc(31).toString('base64'), /31 bytes, at least 32/],
    ['a key that is not base64', `${KEY}\nnot a key`, /key 2 is not base64/],
  ])('refuses %s without repeating its text', (_, text, problem) => {
    expect(() => openKeyRing(text)).toThrow(problem)
    expect(() => openKeyRing(text)).not.toThrow(/not a key/)
  })

  it('is made with a key that nothing else has', () => {
    const [one, two] = [newKeyRing(), newKeyRing()].map(openKeyRing)
    expect(two?.verify('text', one?.sign('text') ?? '')).toBe(false)
  })
})
