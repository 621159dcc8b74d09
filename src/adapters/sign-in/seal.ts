import { createHash, hkdfSync } from 'node:crypto'
import { EncryptJWT, errors, type JWTPayload, jwtDecrypt } from 'jose'

/** What a sealed text may be used for. A text sealed for one purpose is refused for another. */
export type Purpose = 'session' | 'refresh' | 'sign-in' | 'access'

export interface Seal {
  /** Encrypts a value for `seconds`. */
  seal(purpose: Purpose, value: Readonly<Record<string, unknown>>, seconds: number): Promise<string>
  /** The value; `null`: forged, from another purpose, or too old. */
  open(purpose: Purpose, text: string): Promise<Readonly<Record<string, unknown>> | null>
}

/** Clocks of two servers may differ by this many seconds. */
const LEEWAY_SECONDS = 60

/**
 * Seals values with A256GCM as encrypted JWTs (RFC 7516). The first key seals, every key opens.
 * @param secrets at least 32 bytes each; another use of the same secret stays apart (RFC 5869)
 * @param now milliseconds since the epoch
 */
export function openSeal(secrets: readonly Uint8Array[], now: () => number): Seal {
  const keys = new Map(
    secrets.map((secret) => {
      const key = new Uint8Array(hkdfSync('sha256', secret, '', 'storewright sign-in v1', 32))
      return [createHash('sha256').update(key).digest('hex').slice(0, 12), key]
    }),
  )
  const [first] = keys
  if (first === undefined) throw new Error('there is no key to seal with')
  const [kid, newest] = first
  return {
    seal: (purpose, value, seconds) =>
      new EncryptJWT({ v: value })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid })
        .setAudience(purpose)
        .setExpirationTime(Math.floor(now() / 1000) + seconds)
        .encrypt(newest),
    async open(purpose, text) {
      try {
        const { payload } = await jwtDecrypt(
          text,
          (header) => keys.get(header.kid ?? '') ?? newest,
          {
            audience: purpose,
            keyManagementAlgorithms: ['dir'],
            contentEncryptionAlgorithms: ['A256GCM'],
            requiredClaims: ['exp'],
            clockTolerance: LEEWAY_SECONDS,
            currentDate: new Date(now()),
          },
        )
        return valueIn(payload)
      } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof TypeError) return null
        throw error
      }
    },
  }
}

function valueIn({ v }: JWTPayload): Readonly<Record<string, unknown>> | null {
  return typeof v === 'object' && v !== null ? (v as Record<string, unknown>) : null
}
