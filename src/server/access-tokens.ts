import type { Seal } from '../adapters/sign-in/seal.ts'
import type { CiJob } from '../domain/access/ci-job.ts'
import type { Identity } from '../domain/access/identity.ts'
import type { Person } from '../domain/access/person.ts'
import { StoreError } from '../domain/errors.ts'
import type { Clock } from '../domain/ports.ts'

/** For whom a token was given. Roles are no part of it. */
export type Holder =
  | { readonly kind: 'ci'; readonly job: CiJob }
  /** `signedInAt`: milliseconds since the epoch. */
  | { readonly kind: 'person'; readonly person: Person; readonly signedInAt: number }

/** Tokens that this installation gives for ID tokens. Nothing is stored; any of its servers accepts them. */
export interface AccessTokens {
  give(holder: Holder, seconds: number): Promise<string>
  /** The identity of a token; `null`: it is none of ours. */
  identify(token: string): Promise<Identity | StoreError | null>
}

/** Marks these tokens for scanners that look for secrets, and tells them from the tokens of `TOKENS_FILE`. */
const PREFIX = 'stwa_'
/** An expired token can be told from a wrong one for this long after it was given. */
const KNOWN_SECONDS = 24 * 3600

interface Sealed {
  readonly holder: Holder
  /** Milliseconds since the epoch. */
  readonly until: number
}

export function isAccessToken(token: string): boolean {
  return token.startsWith(PREFIX)
}

/** @param identityOf computes the roles of a holder at each request; `expiresAt` in milliseconds since the epoch */
export function accessTokens(
  seal: Seal,
  clock: Clock,
  identityOf: (holder: Holder, expiresAt: number) => Identity | StoreError,
): AccessTokens {
  return {
    async give(holder, seconds) {
      const sealed: Sealed = { holder, until: clock.now() + seconds * 1000 }
      return PREFIX + (await seal.seal('access', { ...sealed }, KNOWN_SECONDS))
    },
    async identify(token) {
      // What we sealed has the type that we sealed.
      const sealed = (await seal.open('access', token.slice(PREFIX.length))) as Sealed | null
      if (sealed === null) return null
      if (sealed.until > clock.now()) return identityOf(sealed.holder, sealed.until)
      return new StoreError('unauthenticated', 'this access token has expired', {
        hint: 'Exchange a new ID token at POST /auth/exchange.',
      })
    },
  }
}
