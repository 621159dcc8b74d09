import type { Person } from './person.ts'

/** A signed-in person, as the sealed cookie of a browser holds it. Times in ms since the epoch. */
export interface Session extends Person {
  /** Random, new at each sign-in. */
  readonly id: string
  readonly signedInAt: number
  /** When the provider was last asked for the groups. */
  readonly readAt: number
}

/** Time limits of a session, in milliseconds. */
export const SESSION = {
  /** A session ends this long after the sign-in. */
  mostMs: 24 * 3_600_000,
  /** And this long after it was last used. */
  idleMs: 8 * 3_600_000,
  /** The groups are read again after this time. */
  rolesMs: 15 * 60_000,
  /** Clocks of servers and providers may differ by this much. */
  leewayMs: 60_000,
} as const

/**
 * What is to be done before a session is used. `read again` ends the session if the provider
 * refuses, or if the groups are older than {@link rolesEnd}.
 */
export function stateOf(
  { signedInAt, readAt }: Pick<Session, 'signedInAt' | 'readAt'>,
  now: number,
): 'current' | 'read again' | 'ended' {
  // Set by a server whose clock is ahead, or before this server's clock was set back.
  const isAhead = Math.max(signedInAt, readAt) > now + SESSION.leewayMs
  const isOver = now >= signedInAt + SESSION.mostMs || now >= readAt + SESSION.idleMs
  if (isAhead || isOver) return 'ended'
  return now >= readAt + SESSION.rolesMs ? 'read again' : 'current'
}

/** When the groups of a session are too old to be used, also in an open stream. */
export function rolesEnd({ readAt }: Pick<Session, 'readAt'>): number {
  return readAt + SESSION.rolesMs + SESSION.leewayMs
}
