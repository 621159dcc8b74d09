import type { TokenInfo } from '../../contract/access.ts'
import type { CliSignIn } from '../../contract/token-exchange.ts'
import type { StoreError } from '../errors.ts'
import type { Exchange } from './exchange.ts'
import type { Identity } from './identity.ts'

/** The credentials of a request, as its headers hold them. */
export interface Credentials {
  /** Header `Authorization`; absent: none was sent. */
  readonly authorization?: string
  /** Address of the peer of the connection. */
  readonly peer: string
  /** Accept Basic authentication with a token as the password, which git sends, and no cookie. */
  readonly isGit: boolean
  readonly cookies: Cookies
}

/** Our cookies of one browser. Values are sealed. */
export interface Cookies {
  get(name: CookieName): string | undefined
  /** @param value `null`: removes it */
  set(name: CookieName, value: string | null, seconds: number): void
}

export type CookieName = 'session' | 'refresh' | 'sign-in'

/** Signs people in at their identity provider. */
export interface SignIn {
  /** @returns URL to send the browser to. @throws SignInError */
  begin(returnTo: string, cookies: Cookies): Promise<string>
  /**
   * @param query of the callback, with `?`
   * @returns path of ours to return to
   * @throws SignInError
   */
  finish(query: string, cookies: Cookies): Promise<string>
  /** Ends every session of the person, and their refresh token at the provider. */
  end(cookies: Cookies): Promise<void>
}

/** Decides who sends a request. */
export interface Access {
  /**
   * The identity of a request.
   * @returns StoreError `unauthenticated`, or `too_many_attempts` (extra `retryAfter`, seconds)
   */
  identify(credentials: Credentials): Identity | StoreError | Promise<Identity | StoreError>
  /** The tokens that are accepted, sorted by id; none without a token file. */
  tokens(): TokenInfo[]
  /**
   * Refuses a token from now on, also after a restart, whatever the file of tokens holds. A newer
   * token of the same id is accepted. Resolves to false if there is no such token.
   */
  revoke(id: string): Promise<boolean>
  /** `null`: people cannot sign in. */
  readonly signIn: SignIn | null
  /** `null`: no ID tokens are exchanged. */
  readonly exchange: Exchange | null
  /** Where people sign in on the command line; `null`: they cannot. */
  readonly cliSignIn: CliSignIn | null
  /** May an identity of an earlier request still be used? False after it expired or was revoked. */
  isCurrent(identity: Identity): boolean
}
