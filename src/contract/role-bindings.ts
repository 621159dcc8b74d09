import { z } from 'zod'
import { TeamName } from './names.ts'
import { roles } from './words.ts'

/** Gives the members of a group, or one person, a role on a team. */
export const RoleBinding = z
  .strictObject({
    /** Name or id of the group, as the identity provider sends it. */
    group: z.string().min(1).max(200).optional(),
    /** Claim `sub` of the person, as the identity provider sends it. */
    subject: z.string().min(1).max(255).optional(),
    /** `*`: every team. */
    team: z.union([z.literal('*'), TeamName]),
    role: z.enum(roles),
  })
  .refine(({ group, subject }) => (group === undefined) !== (subject === undefined), {
    message: 'needs either group or subject',
  })
export type RoleBinding = z.infer<typeof RoleBinding>

export const RoleBindings = z.array(RoleBinding).max(1000)
