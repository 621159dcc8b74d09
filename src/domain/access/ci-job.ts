import type { CiBinding } from '../../contract/ci-bindings.ts'
import type { Scope } from '../../contract/paths.ts'
import { type Identity, scopesOf } from './identity.ts'
import type { Claims } from './person.ts'

/** The facts of a CI job that bindings name. Ids are numbers as text. */
export interface CiJob {
  readonly issuer: string
  readonly system: 'github' | 'gitlab'
  /** Repository of GitHub, project of GitLab. */
  readonly repository: string
  /** Owner of a repository of GitHub, namespace of a project of GitLab. */
  readonly owner: string
  /** Workflow run of GitHub, pipeline of GitLab. */
  readonly run: string
  readonly environment: string | null
  /** Full name, such as `refs/heads/main` or `refs/pull/7/merge`. */
  readonly ref: string | null
}

/**
 * The job that an ID token was made for; `null`: it is of no CI system that is known.
 * Sources: docs.github.com/actions/reference/security/oidc;
 * docs.gitlab.com/ci/secrets/id_token_authentication (`ref_path` since GitLab 16.0).
 * @param claims validated
 */
export function ciJobOf(issuer: string, claims: Claims): CiJob | null {
  const github = ['repository_id', 'repository_owner_id', 'run_id', 'ref'] as const
  const gitlab = ['project_id', 'namespace_id', 'pipeline_id', 'ref_path'] as const
  const system = isOfCi(claims) ? ('repository_id' in claims ? 'github' : 'gitlab') : null
  if (system === null) return null
  const [repository, owner, run, ref] = (system === 'github' ? github : gitlab).map(
    (name) => claims[name],
  )
  const ids = { repository: idIn(repository), owner: idIn(owner), run: idIn(run) }
  if (ids.repository === null || ids.owner === null || ids.run === null) return null
  return {
    issuer,
    system,
    repository: ids.repository,
    owner: ids.owner,
    run: ids.run,
    environment: textIn(claims['environment']),
    ref: textIn(ref),
  }
}

/** Was this token made for a CI job, and not for a person? */
export function isOfCi(claims: Claims): boolean {
  return 'repository_id' in claims || 'project_id' in claims
}

/** The scopes by team that the bindings give a job. Several bindings of one team add up. */
export function ciGrantsOf(
  bindings: readonly CiBinding[],
  job: CiJob,
): ReadonlyMap<string, ReadonlySet<Scope>> {
  const grants = new Map<string, Set<Scope>>()
  for (const { team, role } of bindings.filter((binding) => mismatch(binding, job) === null)) {
    const scopes = grants.get(team) ?? new Set<Scope>()
    for (const scope of scopesOf(role)) scopes.add(scope)
    grants.set(team, scopes)
  }
  return grants
}

/** In the order in which they are compared. */
const FACTS = ['repository', 'owner', 'environment', 'ref'] as const
type Fact = (typeof FACTS)[number]

/** What keeps the nearest binding from matching, in words of the configuration; `null`: one matches. */
export function mismatchOf(bindings: readonly CiBinding[], job: CiJob): string | null {
  const found = bindings.map((binding) => mismatch(binding, job))
  if (found.includes(null)) return null
  const furthest = FACTS.findLast((fact) => found.includes(fact)) ?? 'repository'
  return NAMES[job.system][furthest]
}

const NAMES: Readonly<Record<CiJob['system'], Readonly<Record<Fact, string>>>> = {
  github: {
    repository: 'repositoryId',
    owner: 'ownerId',
    environment: 'environment',
    ref: 'ref',
  },
  gitlab: {
    repository: 'projectId',
    owner: 'namespaceId',
    environment: 'environment',
    ref: 'ref',
  },
}

/** The first fact that differs; `null`: the binding is for this job. */
function mismatch(binding: CiBinding, job: CiJob): Fact | null {
  const isGithub = job.system === 'github'
  const repository = isGithub ? binding.repositoryId : binding.projectId
  const owner = isGithub ? binding.ownerId : binding.namespaceId
  if (binding.issuer !== job.issuer || repository !== job.repository) return 'repository'
  if (owner !== job.owner) return 'owner'
  const { environment, ref } = binding
  if (environment !== undefined && environment !== job.environment) return 'environment'
  return ref !== undefined && ref !== job.ref ? 'ref' : null
}

/** A CI job as commits name it, such as `ci:gitlab.com/22/5000`. Ids are no personal data. */
export function ciSubject({ issuer, repository, run }: CiJob): string {
  return `ci:${issuer.replace(/^https?:\/\//, '')}/${repository}/${run}`
}

/** @param expiresAt milliseconds since the epoch */
export function ciIdentity(
  bindings: readonly CiBinding[],
  job: CiJob,
  expiresAt: number,
): Identity {
  return { subject: ciSubject(job), kind: 'ci', grants: ciGrantsOf(bindings, job), expiresAt }
}

function idIn(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && /^[0-9]{1,20}$/.test(text) ? text : null
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
