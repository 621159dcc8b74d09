import { z } from 'zod'
import { TeamName } from './names.ts'
import { roles } from './words.ts'

/** Numeric id, as GitHub and GitLab send it in a token. YAML may give it as a number. */
const Id = z.union([z.string().regex(/^[0-9]{1,20}$/), z.int().positive()]).transform(String)

/**
 * As the issuer names itself in its tokens. The characters are those of a subject, which goes into
 * commits.
 */
const Issuer = z
  .string()
  .max(80)
  .regex(/^https?:\/\/[A-Za-z0-9_.:/-]+[A-Za-z0-9]$/, 'needs a URL without a slash at its end')

/**
 * Gives the CI jobs of one repository a role on a team. Names of repositories and the claim `sub`,
 * which holds them, are not used, because a name can pass to another owner.
 */
export const CiBinding = z
  .strictObject({
    issuer: Issuer,
    /** GitHub: claim `repository_id`. */
    repositoryId: Id.optional(),
    /** GitHub: claim `repository_owner_id`. */
    ownerId: Id.optional(),
    /** GitLab: claim `project_id`. */
    projectId: Id.optional(),
    /** GitLab: claim `namespace_id`. */
    namespaceId: Id.optional(),
    environment: z.string().min(1).max(255).optional(),
    /** Full name, such as `refs/heads/main`. */
    ref: z
      .string()
      .max(255)
      .regex(/^refs\/(?:heads|tags)\/[^\s*?[\\^~:]+$/, 'needs a full name such as refs/heads/main')
      .optional(),
    /** Every branch, tag and pull request of the repository. */
    anyRef: z.literal(true).optional(),
    /** `*`: every team. */
    team: z.union([z.literal('*'), TeamName]),
    role: z.enum(roles),
  })
  .refine(isOfOneSystem, {
    message: 'needs repositoryId and ownerId (GitHub), or projectId and namespaceId (GitLab)',
  })
  .refine(
    ({ environment, ref, anyRef }) =>
      (environment === undefined && ref === undefined) === (anyRef === true),
    { message: 'needs environment or ref, or else anyRef: true, which lets in every branch' },
  )
export type CiBinding = z.infer<typeof CiBinding>

export const CiBindings = z.array(CiBinding).max(1000)

function isOfOneSystem(ids: {
  readonly [Key in 'repositoryId' | 'ownerId' | 'projectId' | 'namespaceId']?: string | undefined
}): boolean {
  const { repositoryId, ownerId, projectId, namespaceId } = ids
  const given = (...all: readonly (string | undefined)[]) =>
    all.map((id) => (id === undefined ? '-' : 'x')).join('')
  const pattern = given(repositoryId, ownerId, projectId, namespaceId)
  return pattern === 'xx--' || pattern === '--xx'
}
