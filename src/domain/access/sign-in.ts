import type { Person } from './person.ts'

/** What a browser keeps between the beginning and the end of a sign-in, sealed in a cookie. */
export interface PendingSignIn {
  readonly state: string
  readonly nonce: string
  /** Verifier of PKCE (RFC 7636). */
  readonly verifier: string
  /** Path of ours to return to. */
  readonly returnTo: string
}

export interface SignedIn {
  readonly person: Person
  /** `null`: the provider gave none, so the groups cannot be read again. */
  readonly refreshToken: string | null
}

/** An OpenID Connect provider. Methods throw {@link SignInError}. */
export interface IdentityProvider {
  readonly issuer: string
  /** URL to send the browser to, and what to keep until it returns. */
  begin(): Promise<{ readonly url: string } & Omit<PendingSignIn, 'returnTo'>>
  /** Validates the return and reads the person. @param query of the callback, with `?` */
  finish(query: string, pending: PendingSignIn): Promise<SignedIn>
  /** Reads the groups again. The refresh token that was passed is used up. */
  refresh(refreshToken: string, subject: string): Promise<SignedIn>
  /** Makes a refresh token useless. Does nothing if the provider has no revocation. */
  revoke(refreshToken: string): Promise<void>
}

/** Why a sign-in failed. `unavailable`: the provider did not answer as it should. */
export type SignInReason = 'expired' | 'denied' | 'rejected' | 'unavailable'

export class SignInError extends Error {
  readonly reason: SignInReason

  constructor(reason: SignInReason, message: string, cause?: unknown) {
    super(message, { cause })
    this.reason = reason
  }
}
