import { z } from 'zod'
import { CommitId } from './diff.ts'
import { Timestamp } from './store-values.ts'
import { actions, changeResults, changeSources } from './words.ts'

/** Filters of `GET /audit`. A change must match all of them. */
export const AuditQuery = z.strictObject({
  store: z.string().max(40).optional(),
  /** Exact subject of the request, or Git author of a commit made outside Storewright. */
  by: z.string().max(128).optional(),
  action: z.enum([...actions, 'git']).optional(),
  result: z.enum(changeResults).optional(),
  source: z.enum(changeSources).optional(),
  /** Inclusive. */
  since: Timestamp.optional(),
  /** Exclusive. */
  until: Timestamp.optional(),
  /** @default 100; csv has no limit */
  limit: z.coerce.number().int().min(1).max(1000).optional(),
  /** The page begins after this commit. Comes from the `Link` header. */
  cursor: CommitId.optional(),
  format: z.enum(['json', 'csv']).default('json'),
})
export type AuditQuery = z.output<typeof AuditQuery>
