import { createHash, randomBytes } from 'node:crypto'
import type { Seal } from '../adapters/sign-in/seal.ts'
import type { RoleBinding } from '../contract/role-bindings.ts'
import type { CookieName, Cookies, SignIn } from '../domain/access/access.ts'
import type { Identity } from '../domain/access/identity.ts'
import type { Person } from '../domain/access/person.ts'
import { boundGroups, grantsOf } from '../domain/access/role-bindings.ts'
import { rolesEnd, SESSION, type Session, stateOf } from '../domain/access/session.ts'
import {
  type IdentityProvider,
  type PendingSignIn,
  type SignedIn,
  SignInError,
} from '../domain/access/sign-in.ts'
import { StoreError } from '../domain/errors.ts'
import type { LabelsOf, Metrics } from '../domain/metrics.ts'
import type { Clock, Log } from '../domain/ports.ts'
import type { NotBefore } from './not-before.ts'

/** Seconds to finish a sign-in. */
const PENDING_SECONDS = 600
/** Milliseconds for which requests that were sent with the cookies of before get the new ones. */
const STRAGGLERS_MS = 60_000
/** Groups that are shown to a person whom no binding names. */
const SHOWN_GROUPS = 20
/** A browser drops a larger cookie. Source: RFC 6265 section 6.1, 4,096 bytes with its attributes. */
const COOKIE_BYTES = 3_800

export interface SessionsOptions {
  readonly provider: IdentityProvider
  readonly bindings: readonly RoleBinding[]
  readonly seal: Seal
  readonly notBefore: NotBefore
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
}

export interface Sessions extends SignIn {
  /** The identity of a browser; `null`: it has no session. */
  identify(cookies: Cookies): Promise<Identity | StoreError | null>
  isCurrent(identity: Identity): boolean
  /** The person with the groups that matter, because a cookie is small. */
  kept(person: Person): Person
  /** As commits name the person. */
  subjectOf(person: Pick<Person, 'subject'>): string
  /** Identity of a person with an access token, or why it has ended. Times in ms since the epoch. */
  holder(person: Person, signedInAt: number, expiresAt: number): Identity | StoreError
}

/** A session after the provider was asked again. */
type Reading = SignedIn | 'refused' | 'unavailable'

/** Sessions of people, kept in sealed cookies, so that any server can continue them. */
export function openSessions(options: SessionsOptions): Sessions {
  const { provider, bindings, seal, notBefore, clock, log, metrics } = options
  const readings = new Map<string, Promise<Reading>>()
  const isRevoked = (subject: string, signedInAt: number) => signedInAt <= notBefore.of(subject)

  const holderOf = (person: Person, signedInAt: number, expiresAt: number) => ({
    subject: subjectOf(provider.issuer, person.subject),
    kind: 'oidc' as const,
    grants: grantsOf(bindings, person),
    expiresAt,
    session: {
      name: person.name,
      groups: person.groups,
      hasMoreGroups: person.hasMoreGroups,
      signedInAt,
      rolesUntil: expiresAt,
    },
  })

  const identityOf = (session: Session): Identity => {
    const identity = holderOf(session, session.signedInAt, session.signedInAt + SESSION.mostMs)
    return { ...identity, session: { ...identity.session, rolesUntil: rolesEnd(session) } }
  }

  const kept = (person: Person): Person => {
    const bound = boundGroups(bindings, person.groups)
    return { ...person, groups: bound.length > 0 ? bound : person.groups.slice(0, SHOWN_GROUPS) }
  }

  const keep = async (session: Session, refreshToken: string | null, cookies: Cookies) => {
    const seconds = Math.ceil((session.signedInAt + SESSION.mostMs - clock.now()) / 1000)
    const sealed = await seal.seal('session', { ...session }, seconds)
    if (sealed.length > COOKIE_BYTES) {
      throw new SignInError('rejected', 'too many groups are bound to roles for one person')
    }
    cookies.set('session', sealed, seconds)
    if (refreshToken === null) return cookies.set('refresh', null, 0)
    const token = await seal.seal('refresh', { id: session.id, refreshToken }, seconds)
    cookies.set('refresh', token, seconds)
  }

  const opened = async <T>(purpose: CookieName, cookies: Cookies): Promise<T | null> => {
    const text = cookies.get(purpose)
    // What we sealed has the type that we sealed.
    return text === undefined ? null : ((await seal.open(purpose, text)) as T | null)
  }

  /** Asks the provider once, however many requests of a browser need it at the same time. */
  const read = (session: Session, refreshToken: string): Promise<Reading> => {
    const key = `${session.id} ${session.readAt}`
    const running = readings.get(key)
    if (running !== undefined) return running
    const reading = provider.refresh(refreshToken, session.subject).catch((error: unknown) => {
      const isRefused = error instanceof SignInError && error.reason === 'rejected'
      log.warn('the groups of a person could not be read again', { err: error })
      return isRefused ? ('refused' as const) : ('unavailable' as const)
    })
    readings.set(key, reading)
    void reading.then((result) => {
      if (result === 'unavailable') readings.delete(key)
    })
    setTimeout(() => readings.delete(key), STRAGGLERS_MS).unref()
    return reading
  }

  const readAgain = async (session: Session, cookies: Cookies): Promise<Identity | StoreError> => {
    const held = await opened<{ id: string; refreshToken: string }>('refresh', cookies)
    const isInTime = clock.now() < rolesEnd(session)
    if (held?.id !== session.id) return isInTime ? identityOf(session) : ended(cookies)
    const reading = await read(session, held.refreshToken)
    if (reading === 'refused') return ended(cookies)
    if (reading === 'unavailable') return isInTime ? identityOf(session) : unread()
    const renewed = { ...session, ...kept(reading.person), readAt: clock.now() }
    await keep(renewed, reading.refreshToken, cookies)
    return identityOf(renewed)
  }

  const finished = async (query: string, pending: PendingSignIn | null): Promise<SignedIn> => {
    const count = (result: LabelsOf<'storewright_logins_total'>['result']) =>
      metrics.count('storewright_logins_total', { kind: 'oidc', result })
    try {
      if (pending === null) throw new SignInError('expired', 'this sign-in was not begun here')
      const signedIn = await provider.finish(query, pending)
      count('ok')
      return signedIn
    } catch (error) {
      if (error instanceof SignInError) count(error.reason === 'rejected' ? 'wrong' : error.reason)
      throw error
    }
  }

  return {
    async begin(returnTo, cookies) {
      const { url, ...checks } = await provider.begin()
      const pending: PendingSignIn = { ...checks, returnTo }
      const sealed = await seal.seal('sign-in', { ...pending }, PENDING_SECONDS)
      cookies.set('sign-in', sealed, PENDING_SECONDS)
      return url
    },
    async finish(query, cookies) {
      const pending = await opened<PendingSignIn>('sign-in', cookies)
      cookies.set('sign-in', null, 0)
      const { person, refreshToken } = await finished(query, pending)
      const now = clock.now()
      const id = randomBytes(16).toString('base64url')
      const session: Session = { ...kept(person), id, signedInAt: now, readAt: now }
      await keep(session, refreshToken, cookies)
      log.info('a person signed in', { subject: subjectOf(provider.issuer, session.subject) })
      return pending?.returnTo ?? '/'
    },
    async end(cookies) {
      const session = await opened<Session>('session', cookies)
      const held = await opened<{ refreshToken: string }>('refresh', cookies)
      ended(cookies)
      if (session !== null) {
        await notBefore.set(subjectOf(provider.issuer, session.subject), clock.now())
      }
      if (held === null) return
      await provider.revoke(held.refreshToken).catch((error: unknown) => {
        log.warn('a refresh token could not be revoked', { err: error })
      })
    },
    async identify(cookies) {
      if (cookies.get('session') === undefined) return null
      const session = await opened<Session>('session', cookies)
      if (session === null) return ended(cookies)
      const state = stateOf(session, clock.now())
      const subject = subjectOf(provider.issuer, session.subject)
      if (state === 'ended' || isRevoked(subject, session.signedInAt)) return ended(cookies)
      return state === 'current' ? identityOf(session) : readAgain(session, cookies)
    },
    kept,
    subjectOf: (person) => subjectOf(provider.issuer, person.subject),
    holder(person, signedInAt, expiresAt) {
      const identity = holderOf(person, signedInAt, expiresAt)
      if (!isRevoked(identity.subject, signedInAt)) return identity
      return new StoreError('unauthenticated', 'this person signed out', {
        hint: 'Sign in again.',
      })
    },
    isCurrent({ subject, expiresAt, session }) {
      if (session === undefined || isRevoked(subject, session.signedInAt)) return false
      return clock.now() < Math.min(expiresAt ?? 0, session.rolesUntil)
    },
  }
}

function ended(cookies: Cookies): StoreError {
  cookies.set('session', null, 0)
  cookies.set('refresh', null, 0)
  return new StoreError('unauthenticated', 'your session has ended', { hint: 'Sign in again.' })
}

/** The session stays, because the provider may answer the next time. */
function unread(): StoreError {
  return new StoreError('unauthenticated', 'your groups cannot be read again', {
    hint: 'The identity provider does not answer. Try again in a minute.',
  })
}

/**
 * Who signed in, as it goes into commits: no name and no address, because Git forgets nothing, and
 * never equal to a person of another provider.
 */
function subjectOf(issuer: string, subject: string): string {
  const digest = createHash('sha256').update(`${issuer}\n${subject}`).digest('base64url')
  return `oidc:${digest.slice(0, 22)}`
}
