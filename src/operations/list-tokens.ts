import type { TokenInfo } from '../contract/access.ts'
import type { Access } from '../domain/access/access.ts'

/** The tokens of this server, sorted by id. A hash is never shown. */
export function listTokens(access: Pick<Access, 'tokens'>): TokenInfo[] {
  return access.tokens().map((token) => ({ ...token, scopes: [...token.scopes] }))
}
