import { tokenIssuer } from '../adapters/sign-in/token-issuer.ts'
import type { CiBinding } from '../contract/ci-bindings.ts'
import { ciJobOf, ciSubject, isOfCi, mismatchOf } from '../domain/access/ci-job.ts'
import { TokenRefused } from '../domain/access/exchange.ts'
import { personOf } from '../domain/access/person.ts'
import type { Clock } from '../domain/ports.ts'
import type { TokenSource } from './exchange.ts'
import type { Sessions } from './sessions.ts'

/** Life of the token of a CI job, in seconds. */
export const CI_SECONDS = 600
/** Life of the token of a person, in seconds. */
export const PERSON_SECONDS = 12 * 3600
/** GitHub gives tokens of 5 minutes. One with a longer life is not from there. */
const GITHUB_SECONDS = 15 * 60

/** One source for each issuer of the bindings. @param audience `PUBLIC_URL` */
export function ciSources(
  bindings: readonly CiBinding[],
  audience: string,
  clock: Clock,
): readonly TokenSource[] {
  const names = new Set(bindings.map((binding) => binding.issuer))
  return Array.from(names, (name) => {
    const now = () => clock.now()
    const issuer = tokenIssuer({ issuer: name, audience, keysAtIssuer: true, now })
    return { issuer, audience, holderOf: ({ claims }) => ofJob(bindings, name, claims) }
  })
}

function ofJob(
  bindings: readonly CiBinding[],
  issuer: string,
  claims: Readonly<Record<string, unknown>>,
): ReturnType<TokenSource['holderOf']> {
  const job = ciJobOf(issuer, claims)
  if (job === null) {
    throw new TokenRefused('claims', 'the token names no repository, owner and run by their ids')
  }
  if (typeof claims['jti'] !== 'string') {
    throw new TokenRefused('claims', 'the token lacks the claim jti')
  }
  const life = Number(claims['exp']) - Number(claims['iat'])
  if (job.system === 'github' && life > GITHUB_SECONDS) {
    throw new TokenRefused('time', 'the token is valid for longer than 15 minutes')
  }
  const mismatch = mismatchOf(bindings, job)
  if (mismatch !== null) {
    throw new TokenRefused('binding', `no entry of ciBindings has the ${mismatch} of this job`)
  }
  return { holder: { kind: 'ci', job }, subject: ciSubject(job), seconds: CI_SECONDS }
}

export interface PeopleOptions {
  readonly issuer: string
  /** A public client at the provider, which signs people in on the command line. */
  readonly clientId: string
  readonly groupsClaim: string
  /** The person with the groups that matter, because a token is small. */
  readonly people: Pick<Sessions, 'kept' | 'subjectOf'>
  readonly clock: Clock
}

/** People who sign in on the command line. Their groups are those of the ID token alone. */
export function peopleSource(options: PeopleOptions): TokenSource {
  const { issuer: name, clientId: audience, groupsClaim, people, clock } = options
  const now = () => clock.now()
  return {
    issuer: tokenIssuer({ issuer: name, audience, keysAtIssuer: false, now }),
    audience,
    holderOf({ claims }) {
      // A job of GitLab can ask for a token with any audience, also with that of the client.
      if (isOfCi(claims)) throw new TokenRefused('claims', 'the token is of a CI job')
      const azp = claims['azp'] ?? audience
      if (azp !== audience)
        throw new TokenRefused('audience', 'the token is of another client (azp)')
      const person = people.kept(personOf(claims, {}, groupsClaim))
      return {
        holder: { kind: 'person', person, signedInAt: now() },
        subject: people.subjectOf(person),
        seconds: PERSON_SECONDS,
      }
    },
  }
}
