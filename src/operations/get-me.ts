import type { Me } from '../contract/access.ts'
import type { Identity } from '../domain/access/identity.ts'

/** Who the sender of a request is, and what they may do. */
export function getMe({ subject, kind, grants, expiresAt, session }: Identity): Me {
  const permissions = Object.fromEntries(
    Array.from(grants, ([team, scopes]) => [team, [...scopes]]),
  )
  const end = expiresAt === null ? {} : { expiresAt: new Date(expiresAt).toISOString() }
  if (session === undefined) return { subject, kind, permissions, ...end }
  const { name, groups, hasMoreGroups } = session
  return { subject, kind, name, groups: [...groups], hasMoreGroups, permissions, ...end }
}
