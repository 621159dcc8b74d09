import type { TokenRow } from '../../contract/token-file.ts'
import type { Identity } from './identity.ts'

const FORM = /^stw_([a-z0-9-]{1,40})_[A-Za-z0-9_-]{43}$/

/** The id in a token; `null`: this is no token of ours. */
export function tokenIdOf(token: string): string | null {
  return FORM.exec(token)?.[1] ?? null
}

/** @param secret 43 characters of base64url, which are 256 random bits */
export function tokenOf(id: string, secret: string): string {
  return `stw_${id}_${secret}`
}

/** Subject of a token. Its id cannot collide with a subject of another kind. */
export function subjectOf(id: string): string {
  return `token:${id}`
}

/** Who presents a token. */
export function identityOf({ id, team, scopes, expires }: TokenRow): Identity {
  return {
    subject: subjectOf(id),
    kind: 'token',
    grants: new Map([[team, new Set(scopes)]]),
    expiresAt: Date.parse(expires),
  }
}
