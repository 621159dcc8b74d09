import type { TokenInfo } from '../../contract/access.ts'
import type { StoreError } from '../errors.ts'
import type { Identity } from './identity.ts'

/** The credentials of a request, as its headers hold them. */
export interface Credentials {
  /** Header `Authorization`; absent: none was sent. */
  readonly authorization?: string
  /** Address of the peer of the connection. */
  readonly peer: string
  /** Accept Basic authentication with a token as the password, which git sends. */
  readonly isGit: boolean
}

/** Decides who sends a request. */
export interface Access {
  /**
   * The identity of a request.
   * @returns StoreError `unauthenticated`, or `too_many_attempts` (extra `retryAfter`, seconds)
   */
  identify(credentials: Credentials): Identity | StoreError
  /** The tokens that are accepted, sorted by id; none without a token file. */
  tokens(): TokenInfo[]
  /** May an identity of an earlier request still be used? False after it expired or was revoked. */
  isCurrent(identity: Identity): boolean
}
