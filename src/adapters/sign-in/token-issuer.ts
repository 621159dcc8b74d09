import { createHash } from 'node:crypto'
import {
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import * as client from 'openid-client'
import { type TokenIssuer, TokenRefused, type VerifiedToken } from '../../domain/access/exchange.ts'

export interface TokenIssuerOptions {
  /** As it names itself in its tokens. Plain HTTP is spoken only with an issuer on HTTP. */
  readonly issuer: string
  /** The only audience of an accepted token. */
  readonly audience: string
  /** The keys must have the same origin as the issuer. Some providers for people keep them elsewhere. */
  readonly keysAtIssuer: boolean
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Milliseconds between two downloads of the keys because of a key that is unknown. @default 30_000 */
  readonly keysEveryMs?: number
  /** Milliseconds without a request after one that failed. @default 5000 */
  readonly pauseMs?: number
}

/** A token is accepted this long after it was made, whatever its own end. */
export const MAX_AGE_SECONDS = 15 * 60
/** Clocks may differ by this many seconds. */
const LEEWAY_SECONDS = 60
const TIMEOUT_MS = 5000

/** No symmetric algorithm, so that a public key is never used as a secret, and never `none`. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]

/** The issuer that a token names, before anything is validated; `null`: this is no JWT. */
export function issuerIn(token: string): string | null {
  return unverified(token)?.iss ?? null
}

/** The audiences that a token names, before anything is validated. */
export function audiencesIn(token: string): readonly string[] {
  return [unverified(token)?.aud ?? []].flat()
}

function unverified(token: string): JWTPayload | null {
  try {
    return decodeJwt(token)
  } catch {
    return null
  }
}

/** An issuer of ID tokens. Its keys are found by discovery at the first use, and kept for ten minutes. */
export function tokenIssuer(options: TokenIssuerOptions): TokenIssuer {
  const { issuer, audience, now, pauseMs = 5000 } = options
  let found: Promise<JWTVerifyGetKey> | null = null
  let failedAt = Number.NEGATIVE_INFINITY
  const unavailable = (cause?: unknown) => {
    if (cause !== undefined) failedAt = performance.now()
    return new TokenRefused('unavailable', `the issuer ${issuer} did not give its keys`, cause)
  }
  const keys: JWTVerifyGetKey = async (header, token) => {
    if (performance.now() < failedAt + pauseMs) throw unavailable()
    try {
      found ??= keysOf(options)
      return await (
        await found
      )(header, token)
    } catch (error) {
      if (isUnknownKey(error)) throw error
      found = null
      throw unavailable(error)
    }
  }
  return {
    issuer,
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, keys, {
          // Some providers for people end their name with a slash, which settings do not have.
          issuer: [issuer, `${issuer}/`],
          audience,
          algorithms: ALGORITHMS,
          clockTolerance: LEEWAY_SECONDS,
          maxTokenAge: MAX_AGE_SECONDS,
          requiredClaims: ['exp', 'iat', 'sub'],
          currentDate: new Date(now()),
        })
        if ([payload.aud].flat().length !== 1) throw wrongAudience(audience)
        return verified(token, payload)
      } catch (error) {
        throw refusedBecause(error, audience)
      }
    },
  }
}

async function keysOf(options: TokenIssuerOptions): Promise<JWTVerifyGetKey> {
  const url = new URL(options.issuer)
  const isPlain = url.protocol === 'http:'
  const config = await client.discovery(url, options.audience, undefined, client.None(), {
    execute: isPlain ? [client.allowInsecureRequests] : [],
    timeout: TIMEOUT_MS / 1000,
  })
  const keys = new URL(config.serverMetadata().jwks_uri ?? '')
  const isAllowed =
    keys.origin === url.origin || (!options.keysAtIssuer && keys.protocol === 'https:')
  if (!isAllowed) throw new Error(`the keys of ${options.issuer} are on another host: ${keys.host}`)
  return createRemoteJWKSet(keys, {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: options.keysEveryMs ?? 30_000,
  })
}

function verified(token: string, payload: JWTPayload): VerifiedToken {
  // A signature could be written in another way, so it is no part of the id.
  const signed = token.slice(0, token.lastIndexOf('.'))
  const digest = createHash('sha256').update(signed).digest('base64url')
  const ends = Math.min(payload.exp ?? 0, (payload.iat ?? 0) + MAX_AGE_SECONDS)
  return {
    claims: payload,
    id: `${payload.iss} ${payload.jti ?? digest}`,
    refusedAfter: (ends + LEEWAY_SECONDS + 1) * 1000,
  }
}

function isUnknownKey(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys
  )
}

const wrongAudience = (audience: string) =>
  new TokenRefused('audience', `the audience of the token must be ${audience}, and nothing else`)

/** Names what did not match, without a part of the token. */
function refusedBecause(error: unknown, audience: string): unknown {
  if (error instanceof TokenRefused || !(error instanceof errors.JOSEError)) return error
  const refused = (reason: TokenRefused['reason'], message: string) =>
    new TokenRefused(reason, message, error)
  if (isUnknownKey(error) || error instanceof errors.JWSSignatureVerificationFailed) {
    return refused('signature', 'the signature of the token is of no key of its issuer')
  }
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) {
    return refused('signature', 'the token is not signed with an asymmetric algorithm')
  }
  if (error instanceof errors.JWTExpired) {
    const which = error.claim === 'exp' ? 'has expired' : 'is older than 15 minutes'
    return refused('time', `the token ${which}`)
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim, reason } = error
    if (claim === 'aud') return wrongAudience(audience)
    if (claim === 'iss') return refused('issuer', 'the issuer of the token is another one')
    if (reason === 'missing') return refused('claims', `the token lacks the claim ${claim}`)
    if (claim === 'nbf' || claim === 'iat') {
      return refused('time', `the token is not valid yet (${claim})`)
    }
    return refused('claims', `the claim ${claim} of the token is not valid`)
  }
  return refused('malformed', 'subject_token is no signed JWT')
}
