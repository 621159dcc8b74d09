import type { TokenInfo } from '../contract/access.ts'
import type { TokenRow } from '../contract/token-file.ts'
import type { Credentials } from '../domain/access/access.ts'
import type { Identity } from '../domain/access/identity.ts'
import { identityOf, subjectOf } from '../domain/access/token.ts'
import { StoreError } from '../domain/errors.ts'
import type { LabelsOf, Metrics } from '../domain/metrics.ts'
import type { Clock, Log } from '../domain/ports.ts'
import type { NotBefore } from './not-before.ts'
import type { Tokens } from './token-file.ts'
import { wrongCredentials } from './wrong-credentials.ts'

/** Identities of requests with the header `Authorization`. */
export interface ByToken {
  identify(authorization: string, from: Pick<Credentials, 'peer' | 'isGit'>): Identity | StoreError
  list(): TokenInfo[]
  revoke(id: string): Promise<boolean>
  isCurrent(identity: Identity): boolean
}

/** @param tokens `null`: no token is accepted */
export function byToken(
  tokens: Tokens | null,
  clock: Clock,
  log: Log,
  metrics: Metrics,
  notBefore: NotBefore,
  wrong = wrongCredentials(log, metrics),
): ByToken {
  const isRevoked = ({ id, created }: TokenRow) =>
    Date.parse(created) <= notBefore.of(subjectOf(id))
  const refused = (result: LabelsOf<'storewright_logins_total'>['result']) =>
    metrics.count('storewright_logins_total', { kind: 'token', result })
  /** Milliseconds since the epoch, by id. */
  const usedAt = new Map<string, number>()
  const known = () => (tokens?.rows() ?? []).filter((row) => !isRevoked(row))
  return {
    identify(authorization, { peer, isGit }) {
      const refusal = wrong.refusalOf(peer)
      if (refusal !== null) return refusal
      const token = tokenIn(authorization, isGit)
      const row = token === null ? null : (tokens?.verify(token) ?? null)
      if (row === null) return wrong.refuse(peer, token)
      if (Date.parse(row.expires) <= clock.now()) {
        refused('expired')
        return new StoreError('unauthenticated', `the token ${row.id} has expired`, {
          hint: 'Ask an admin for a new token (storectl token create).',
        })
      }
      if (isRevoked(row)) {
        refused('wrong')
        return new StoreError('unauthenticated', `the token ${row.id} was revoked`, {
          hint: 'Ask an admin for a new token (storectl token create).',
        })
      }
      usedAt.set(row.id, clock.now())
      return identityOf(row)
    },
    list: () =>
      known().map(({ id, team, scopes, created, expires }) => {
        const used = usedAt.get(id)
        const lastUsedAt = used === undefined ? null : new Date(used).toISOString()
        return { id, team, scopes, createdAt: created, expiresAt: expires, lastUsedAt }
      }),
    async revoke(id) {
      const row = known().find((each) => each.id === id)
      if (row === undefined) return false
      // The clock that made the token may be ahead of this one.
      await notBefore.set(subjectOf(id), Math.max(clock.now(), Date.parse(row.created)))
      return true
    },
    isCurrent({ subject, expiresAt, grants }) {
      const row = tokens?.row(subject.slice('token:'.length)) ?? null
      if (row === null || isRevoked(row) || (expiresAt ?? 0) <= clock.now()) return false
      return sameGrants(identityOf(row).grants, grants)
    },
  }
}

/**
 * The token in an `Authorization` header; `null`: there is none. Git sends it as the password of
 * Basic authentication, with any user name.
 */
export function tokenIn(authorization: string, isGit: boolean): string | null {
  const bearer = /^Bearer ([\x21-\x7e]{1,4096})$/i.exec(authorization)?.[1]
  if (bearer !== undefined) return bearer
  const basic = isGit ? /^Basic ([A-Za-z0-9+/=]{1,6000})$/i.exec(authorization)?.[1] : undefined
  if (basic === undefined) return null
  const decoded = Buffer.from(basic, 'base64').toString('utf8')
  return decoded.slice(decoded.indexOf(':') + 1)
}

function sameGrants(one: Identity['grants'], other: Identity['grants']): boolean {
  const text = (grants: Identity['grants']) =>
    JSON.stringify(Array.from(grants, ([team, scopes]) => [team, [...scopes].toSorted()]))
  return text(one) === text(other)
}
