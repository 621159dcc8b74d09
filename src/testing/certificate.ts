import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'

export interface TestCertificate {
  /** PEM, as in platform.yaml. */
  readonly pem: string
  readonly privateKey: KeyObject
}

/**
 * A self-signed certificate like that of a Sealed Secrets controller. `years` sets its validity.
 */
export function testCertificate({
  type = 'rsa' as 'rsa' | 'ec',
  bits = 2048,
  notBefore = new Date('2026-01-01T00:00:00Z'),
  years = 10,
} = {}): TestCertificate {
  const { publicKey, privateKey } =
    type === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: bits })
  const notAfter = new Date(notBefore)
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + years)
  const name = sequence(set(sequence(oid('550403'), der(0x0c, Buffer.from('sealed-secrets')))))
  const algorithm =
    type === 'ec'
      ? sequence(oid('2a8648ce3d040302'))
      : sequence(oid('2a864886f70d01010b'), der(0x05, Buffer.alloc(0)))
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    name,
    sequence(time(notBefore), time(notAfter)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = createSign('sha256').update(body).sign(privateKey)
  const certificate = sequence(body, algorithm, der(0x03, Buffer.from([0]), signature))
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  const pem = `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
  return { pem, privateKey }
}

/** One element in DER (X.690): tag, length, contents. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  const size = content.length
  const length =
    size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, Math.floor(size / 256), size % 256]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

function sequence(...items: readonly Uint8Array[]): Buffer {
  return der(0x30, ...items)
}

function set(...items: readonly Uint8Array[]): Buffer {
  return der(0x31, ...items)
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

/** GeneralizedTime, whole seconds. */
function time(at: Date): Buffer {
  return der(0x18, Buffer.from(`${at.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`))
}
