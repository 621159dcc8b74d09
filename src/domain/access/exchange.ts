import type { ExchangedToken } from '../../contract/token-exchange.ts'
import type { StoreError } from '../errors.ts'
import type { Claims } from './person.ts'

/** Gives tokens of ours for ID tokens of issuers that the configuration names. */
export interface Exchange {
  /**
   * @param peer address of the peer of the connection
   * @returns StoreError `exchange_refused`, `issuer_unavailable`, or `too_many_attempts` (extra
   *   `retryAfter`, seconds)
   */
  exchange(idToken: string, peer: string): Promise<ExchangedToken | StoreError>
}

/** An issuer of ID tokens. */
export interface TokenIssuer {
  /** As it names itself in its tokens. */
  readonly issuer: string
  /**
   * Validates signature, issuer, audience and times of a token.
   * @throws TokenRefused
   */
  verify(token: string): Promise<VerifiedToken>
}

export interface VerifiedToken {
  readonly claims: Claims
  /** The same for every copy of one token. */
  readonly id: string
  /** Milliseconds since the epoch after which every copy is refused as too old. */
  readonly refusedAfter: number
}

/** Why a token was not exchanged. `unavailable`: the issuer did not give its keys. */
export type RefusedBecause =
  | 'malformed'
  | 'issuer'
  | 'signature'
  | 'audience'
  | 'time'
  | 'claims'
  | 'binding'
  | 'used'
  | 'unavailable'

export class TokenRefused extends Error {
  readonly reason: RefusedBecause

  /** @param message what did not match; never the token */
  constructor(reason: RefusedBecause, message: string, cause?: unknown) {
    super(message, { cause })
    this.reason = reason
  }
}
