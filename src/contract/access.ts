import { z } from 'zod'
import { scopes } from './paths.ts'

/** Who the sender of a request is, and what they may do. */
export const Me = z
  .object({
    /** Opaque; `token:<id>` for a token. It is written into commits as `Requested-By`. */
    subject: z.string(),
    /** `local`: no authentication is configured, so everyone on this machine may do everything. */
    kind: z.enum(['local', 'token']),
    /** Scopes by team; `*` stands for every team. */
    permissions: z.record(z.string(), z.array(z.enum(scopes))),
    /** RFC 3339 UTC; absent if it does not end. */
    expiresAt: z.string().optional(),
  })
  .meta({ id: 'Me' })
export type Me = z.infer<typeof Me>
