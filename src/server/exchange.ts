import { audiencesIn, issuerIn } from '../adapters/sign-in/token-issuer.ts'
import { ACCESS_TOKEN_TYPE, type ExchangedToken } from '../contract/token-exchange.ts'
import {
  type Exchange,
  type TokenIssuer,
  TokenRefused,
  type VerifiedToken,
} from '../domain/access/exchange.ts'
import { StoreError } from '../domain/errors.ts'
import type { Clock, Log } from '../domain/ports.ts'
import type { AccessTokens, Holder } from './access-tokens.ts'
import { usedTokens } from './used-tokens.ts'
import type { WrongCredentials } from './wrong-credentials.ts'

/** One kind of ID tokens: those of an issuer for an audience. */
export interface TokenSource {
  readonly issuer: TokenIssuer
  readonly audience: string
  /**
   * For whom a valid token is exchanged.
   * @throws TokenRefused
   */
  holderOf(token: VerifiedToken): Granted
}

export interface Granted {
  readonly holder: Holder
  /** As commits name the holder. */
  readonly subject: string
  /** Life of the access token. */
  readonly seconds: number
}

export interface ExchangeOptions {
  readonly sources: readonly TokenSource[]
  readonly tokens: AccessTokens
  readonly wrong: WrongCredentials
  readonly clock: Clock
  readonly log: Log
}

/** Longest header that is read, with room for its name. Source: `tokenIn` of by-token.ts. */
const MAX_TOKEN = 4096

/** Exchanges ID tokens. Each is taken once. */
export function openExchange(options: ExchangeOptions): Exchange {
  const { sources, tokens, wrong, clock, log } = options
  const used = usedTokens(() => clock.now())

  const exchanged = async (idToken: string): Promise<ExchangedToken> => {
    const source = sourceOf(sources, idToken)
    const token = await source.issuer.verify(idToken)
    const { holder, subject, seconds } = source.holderOf(token)
    const use = used.use(token.id, token.refusedAfter)
    if (use === 'again') throw new TokenRefused('used', 'the token was exchanged before')
    if (use === 'full') {
      const extra = { retryAfter: 60 }
      throw new StoreError('too_many_attempts', 'too many tokens were exchanged', { extra })
    }
    const given = await tokens.give(holder, seconds)
    if (given.length > MAX_TOKEN) {
      throw new TokenRefused('claims', 'too many groups are bound to roles for one person')
    }
    log.info('an ID token was exchanged', { subject })
    return {
      access_token: given,
      issued_token_type: ACCESS_TOKEN_TYPE,
      token_type: 'Bearer',
      expires_in: seconds,
    }
  }

  const refusal = (error: unknown, peer: string): StoreError => {
    if (error instanceof StoreError) return error
    if (!(error instanceof TokenRefused)) throw error
    const { reason, message } = error
    log.warn('a token was not exchanged', { detail: `${message}, from ${peer}`, err: error.cause })
    if (reason === 'unavailable') return new StoreError('issuer_unavailable', message)
    wrong.count(peer)
    return new StoreError('exchange_refused', message, { extra: { reason } })
  }

  return {
    async exchange(idToken, peer) {
      const tooMany = wrong.refusalOf(peer)
      if (tooMany !== null) return tooMany
      return exchanged(idToken).catch((error: unknown) => refusal(error, peer))
    },
  }
}

/** A GitLab can sign in people and run CI. Its tokens for both differ in their audience. */
function sourceOf(sources: readonly TokenSource[], idToken: string): TokenSource {
  const named = issuerIn(idToken)
  if (named === null) throw new TokenRefused('malformed', 'subject_token is no signed JWT')
  const ofIssuer = sources.filter(({ issuer }) => issuer.issuer === named.replace(/\/$/, ''))
  const audiences = audiencesIn(idToken)
  const found = ofIssuer.find(({ audience }) => audiences.includes(audience)) ?? ofIssuer[0]
  if (found !== undefined) return found
  throw new TokenRefused(
    'issuer',
    'neither ciBindings nor OIDC_ISSUER names the issuer of the token',
  )
}
