import type { Scope } from '../../contract/paths.ts'
import type { Role } from '../../contract/words.ts'

/** Who sends a request, and what they may do. Set once, from the connection and its credentials. */
export interface Identity {
  /** Opaque, `[A-Za-z0-9_.:/-]{1,128}`. It goes into commits. */
  readonly subject: string
  readonly kind: 'local' | 'token' | 'oidc' | 'ci'
  /** Scopes by team; {@link EVERY_TEAM} stands for all teams, also for those that do not exist yet. */
  readonly grants: ReadonlyMap<string, ReadonlySet<Scope>>
  /** Milliseconds since the Unix epoch; `null`: it does not end. */
  readonly expiresAt: number | null
  /** Only of a person who signed in. */
  readonly session?: SignedInAs
}

/** A person who signed in. Times in milliseconds since the Unix epoch. */
export interface SignedInAs {
  /** For display only. */
  readonly name: string
  /** Groups that give the person a role, or, if none does, those that the provider sent. */
  readonly groups: readonly string[]
  /** The provider did not send the groups, because there are too many of them. */
  readonly hasMoreGroups: boolean
  readonly signedInAt: number
  /** When the groups are too old to be used. */
  readonly rolesUntil: number
}

export const EVERY_TEAM = '*'

const ROLE_SCOPES: Readonly<Record<Role, readonly Scope[]>> = {
  viewer: ['stores:read'],
  operator: ['stores:read', 'stores:write'],
  owner: ['stores:read', 'stores:write', 'stores:delete'],
  admin: ['stores:read', 'stores:write', 'stores:delete', 'admin'],
}

export function scopesOf(role: Role): readonly Scope[] {
  return ROLE_SCOPES[role]
}

/** Everyone on this machine, while no authentication is configured. */
export const LOCAL: Identity = {
  subject: 'local',
  kind: 'local',
  grants: new Map([[EVERY_TEAM, new Set(scopesOf('admin'))]]),
  expiresAt: null,
}

/** May the identity do this with the stores of a team? @param team {@link EVERY_TEAM}: of all teams */
export function may({ grants }: Identity, scope: Scope, team: string): boolean {
  return grants.get(EVERY_TEAM)?.has(scope) === true || grants.get(team)?.has(scope) === true
}

/** May the identity do this with the stores of any team? */
export function mayAnywhere({ grants }: Identity, scope: Scope): boolean {
  return [...grants.values()].some((scopes) => scopes.has(scope))
}

/** Teams whose stores the identity may read; `null`: all teams. */
export function readableTeams({ grants }: Identity): ReadonlySet<string> | null {
  if (grants.get(EVERY_TEAM)?.has('stores:read') === true) return null
  return new Set([...grants].flatMap(([team, scopes]) => (scopes.has('stores:read') ? team : [])))
}
