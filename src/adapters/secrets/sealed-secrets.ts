import {
  constants,
  createCipheriv,
  createHash,
  publicEncrypt,
  randomBytes,
  randomInt,
  X509Certificate,
} from 'node:crypto'
import { StoreError } from '../../domain/errors.ts'
import type { Clock } from '../../domain/ports.ts'
import type { SealedValue, Sealer, SecretAddress } from '../../domain/sealer.ts'

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * Seals like `kubeseal` in strict scope. Format: two bytes with the length of the wrapped key, the
 * AES-256 key wrapped with RSA-OAEP (SHA-256, label `namespace/name`), then AES-GCM with a zero
 * nonce, because each key is used once.
 * Source: bitnami-labs/sealed-secrets v0.36.0 `pkg/crypto/crypto.go` HybridEncrypt.
 */
export function sealedSecrets({ clock }: { readonly clock: Clock }): Sealer {
  return {
    seal(certificate, address, values) {
      const key = publicKeyOf(certificate, clock.now())
      const ciphertexts = Object.entries(values).map(([name, value]) => [
        name,
        encrypt(key, address, textOf(value)),
      ])
      return { sealedWith: fingerprint(key), ciphertexts: Object.fromEntries(ciphertexts) }
    },
  }
}

/** @throws StoreError `invalid_store` */
function publicKeyOf(pem: string, now: number): X509Certificate['publicKey'] {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(pem)
  } catch (error) {
    throw unusable('is not an X.509 certificate', error)
  }
  const { publicKey, validToDate } = certificate
  if (publicKey.asymmetricKeyType !== 'rsa') throw unusable('has no RSA key')
  if ((publicKey.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) {
    throw unusable('has a key shorter than 2048 bits')
  }
  // Like kubeseal, because an expired private key may no longer be protected.
  if (validToDate.getTime() < now) {
    throw unusable(`expired on ${validToDate.toISOString().slice(0, 10)}`)
  }
  return publicKey
}

function unusable(why: string, cause?: unknown): StoreError {
  return new StoreError('invalid_store', `the certificate that seals secrets ${why}`, {
    errors: [{ pointer: '#/secretsMode', detail: `secrets.sealed.certificate ${why}` }],
    hint: 'Put the output of `kubeseal --fetch-cert` into secrets.sealed.certificate of platform.yaml.',
    cause,
  })
}

function encrypt(publicKey: X509Certificate['publicKey'], to: SecretAddress, text: string): string {
  const key = randomBytes(32)
  const wrapped = publicEncrypt(
    {
      key: publicKey,
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: 'sha256',
      oaepLabel: Buffer.from(`${to.namespace}/${to.name}`),
    },
    key,
  )
  const length = Buffer.alloc(2)
  length.writeUInt16BE(wrapped.length)
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12))
  const sealed = [cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
  return Buffer.concat([length, wrapped, ...sealed]).toString('base64')
}

/**
 * Random values consist of letters and digits, which need no quoting in SQL, PHP, shell or YAML.
 */
function textOf(value: SealedValue): string {
  if ('text' in value) return value.text
  return Array.from({ length: value.random }, () => LETTERS[randomInt(LETTERS.length)]).join('')
}

function fingerprint(publicKey: X509Certificate['publicKey']): string {
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(spki).digest('hex').slice(0, 16)
}
