import { constants, createDecipheriv, type KeyObject, privateDecrypt } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testCertificate } from '../../testing/certificate.ts'
import { sealedSecrets } from './sealed-secrets.ts'

const now = Date.parse('2026-11-24T12:00:00Z')
const sealer = sealedSecrets({ clock: { now: () => now } })
const { pem, privateKey } = testCertificate()
const address = { namespace: 'store-shop', name: 'db-credentials' }

/**
 * Decrypts like the controller. Source: sealed-secrets v0.36.0 `pkg/crypto/crypto.go`
 * HybridDecrypt.
 */
function open(key: KeyObject, label: string, ciphertext: string): string {
  const bytes = Buffer.from(ciphertext, 'base64')
  const length = bytes.readUInt16BE(0)
  const sessionKey = privateDecrypt(
    {
      key,
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: 'sha256',
      oaepLabel: Buffer.from(label),
    },
    bytes.subarray(2, 2 + length),
  )
  const decipher = createDecipheriv('aes-256-gcm', sessionKey, Buffer.alloc(12))
  decipher.setAuthTag(bytes.subarray(-16))
  return (
    decipher.update(bytes.subarray(2 + length, -16), undefined, 'utf8') + decipher.final('utf8')
  )
}

describe('sealed values', () => {
  it('can be decrypted with the private key, namespace and name they were sealed for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const { ciphertexts } = sealer.seal(pem, address, { key: { text } })
        expect(open(privateKey, 'store-shop/db-credentials', ciphertexts['key']!)).toBe(
          Buffer.from(text, 'utf8').toString('utf8'),
        )
      }),
      { numRuns: 50 },
    )
  })

  it.each(['store-shop/wp-admin', 'store-other/db-credentials', 'store-shopdb-credentials', ''])(
    'cannot be decrypted under the label %j',
    (label) => {
      const { ciphertexts } = sealer.seal(pem, address, { key: { text: 'x' } })
      expect(() => open(privateKey, label, ciphertexts['key']!)).toThrow()
    },
  )

  it('cannot be decrypted with another key or after a byte was changed', () => {
    const sealed = sealer.seal(pem, address, { key: { text: 'secret' } }).ciphertexts['key']!
    const label = 'store-shop/db-credentials'
    expect(() => open(testCertificate().privateKey, label, sealed)).toThrow()
    const bytes = Buffer.from(sealed, 'base64')
    for (let at = 2; at < bytes.length; at += 17) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at]! + 1) % 256
      expect(() => open(privateKey, label, changed.toString('base64')), `byte ${at}`).toThrow()
    }
  })

  it('differ each time they are sealed, and so do generated random values', () => {
    const values = Array.from({ length: 20 }, () =>
      open(
        privateKey,
        'store-shop/db-credentials',
        sealer.seal(pem, address, { password: { random: 32 } }).ciphertexts['password']!,
      ),
    )
    expect(new Set(values).size).toBe(20)
    for (const value of values) expect(value).toMatch(/^[A-Za-z0-9]{32}$/)
    const same = [1, 2].map(() => sealer.seal(pem, address, { key: { text: 'x' } }).ciphertexts)
    expect(same[0]).not.toEqual(same[1])
  })

  it('contain every letter about equally often if generated at random', () => {
    const label = 'store-shop/db-credentials'
    const { ciphertexts } = sealer.seal(pem, address, { long: { random: 62_000 } })
    const counts = new Map<string, number>()
    for (const letter of open(privateKey, label, ciphertexts['long']!)) {
      counts.set(letter, (counts.get(letter) ?? 0) + 1)
    }
    expect(counts.size).toBe(62)
    // 1,000 expected, with a tolerance of eight standard deviations.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(256)
  })
})

describe('sealing certificate', () => {
  it('is identified by a fingerprint of its public key', () => {
    const { sealedWith } = sealer.seal(pem, address, {})
    expect(sealedWith).toMatch(/^[0-9a-f]{16}$/)
    expect(sealer.seal(pem, address, {}).sealedWith).toBe(sealedWith)
    expect(sealer.seal(testCertificate().pem, address, {}).sealedWith).not.toBe(sealedWith)
  })

  it.each([
    ['is not a certificate', () => 'nonsense', /is not an X\.509 certificate/],
    ['has expired', () => testCertificate({ years: 0 }).pem, /expired on 2026-01-01/],
    ['has a short key', () => testCertificate({ bits: 1024 }).pem, /shorter than 2048 bits/],
    ['has no RSA key', () => testCertificate({ type: 'ec' }).pem, /no RSA key/],
  ])('is refused if it %s', (_what, certificate, message) => {
    const attempt = () => sealer.seal(certificate(), address, { key: { text: 'x' } })
    expect(attempt).toThrow(message)
    expect(attempt).toThrow(expect.objectContaining({ code: 'invalid_store' }))
  })
})
