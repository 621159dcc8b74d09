import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { KeyRing } from '../../domain/provenance.ts'

/** Source: RFC 2104, a key shorter than the digest weakens an HMAC. */
const MIN_BYTES = 32
const VERSION = 'v1'

/**
 * Reads a key ring: keys in base64 or base64url, one per line or separated by commas; `#` starts a
 * comment. The first key signs, all keys verify.
 * @throws Error names the unusable key by position, never by text
 */
export function openKeyRing(text: string): KeyRing {
  const keys = new Map(keysIn(text).map((key) => [keyId(key), key]))
  const [first] = keys
  if (first === undefined) throw new Error('contains no key')
  const [id, key] = first
  return {
    sign: (signed) => `${VERSION}:${id}:${mac(key, signed).toString('base64url')}`,
    verify(signed, proof) {
      const found = /^v1:([0-9a-f]{12}):([A-Za-z0-9_-]{43})$/.exec(proof)
      const by = keys.get(found?.[1] ?? '')
      const given = Buffer.from(found?.[2] ?? '', 'base64url')
      return by !== undefined && given.length === 32 && timingSafeEqual(given, mac(by, signed))
    },
  }
}

/** The keys of a key ring, to derive others from. @throws Error like {@link openKeyRing} */
export function secretsIn(text: string): readonly Uint8Array[] {
  openKeyRing(text)
  return keysIn(text)
}

/** Text of a key ring with one new key. */
export function newKeyRing(): string {
  return [
    '# Keys that prove which commits of the stores repo Storewright made.',
    '# The first key signs, every key verifies. Keep a copy: see docs/reliability.md, Provenance.',
    randomBytes(MIN_BYTES).toString('base64'),
    '',
  ].join('\n')
}

function keysIn(text: string): readonly Buffer[] {
  const words = text
    .split('\n')
    .flatMap((line) => line.replace(/#.*/, '').split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '')
  return words.map((word, n) => {
    if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(word)) throw new Error(`key ${n + 1} is not base64`)
    const key = Buffer.from(word, 'base64')
    if (key.length < MIN_BYTES) {
      throw new Error(`key ${n + 1} has ${key.length} bytes, at least ${MIN_BYTES} are needed`)
    }
    return key
  })
}

/** Identifies a key in the repository without revealing it. */
function keyId(key: Buffer): string {
  return createHash('sha256').update('storewright key id\n').update(key).digest('hex').slice(0, 12)
}

function mac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest()
}
