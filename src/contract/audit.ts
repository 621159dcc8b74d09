import { z } from 'zod'
import { CommitId } from './diff.ts'
import { Timestamp } from './store-file.ts'
import { actions, changeResults, changeSources } from './words.ts'

/** Filters of `GET /audit`; all must hold. */
export const AuditQuery = z.strictObject({
  store: z.string().max(40).optional(),
  /** Subject who asked, or the Git author of a commit made outside; exactly so. */
  by: z.string().max(128).optional(),
  action: z.enum([...actions, 'git']).optional(),
  result: z.enum(changeResults).optional(),
  source: z.enum(changeSources).optional(),
  /** From this moment on. */
  since: Timestamp.optional(),
  /** Before this moment. */
  until: Timestamp.optional(),
  /** @default 100; csv: all */
  limit: z.coerce.number().int().min(1).max(1000).optional(),
  /** Commit after which the page begins; from the `Link` header. */
  cursor: CommitId.optional(),
  format: z.enum(['json', 'csv']).default('json'),
})
export type AuditQuery = z.output<typeof AuditQuery>
