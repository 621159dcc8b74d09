import { z } from 'zod'

export const CommitId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'a full commit id')

/**
 * `oldStart` and `newStart` count from 1; 0 means that the file does not exist there. Lines start
 * with `-`, `+` or a space.
 */
export const Hunk = z
  .object({
    oldStart: z.int(),
    oldLines: z.int(),
    newStart: z.int(),
    newLines: z.int(),
    lines: z.array(z.string()),
  })
  .meta({ id: 'Hunk' })
export type Hunk = z.infer<typeof Hunk>

export const FileDiff = z
  .object({
    /** Relative to the folder of the store. */
    path: z.string(),
    /** Written by a person, read by Argo CD's ApplicationSet, or applied by Argo CD. */
    kind: z.enum(['intent', 'app', 'manifest']),
    additions: z.int(),
    deletions: z.int(),
    hunks: z.array(Hunk),
  })
  .meta({ id: 'FileDiff' })
export type FileDiff = z.infer<typeof FileDiff>

/** Changes between two commits of a store. The intent comes first. */
export const Diff = z
  .object({
    /** `null` if the store did not exist before. */
    from: z.string().nullable(),
    to: z.string(),
    /**
     * True if hunks beyond 512 KiB were omitted (their lines are still counted), or if files beyond
     * 1,000 or 1 MiB of either side were not compared.
     */
    truncated: z.boolean(),
    files: z.array(FileDiff),
  })
  .meta({ id: 'Diff' })
export type Diff = z.infer<typeof Diff>

/** `to` is a commit or `HEAD`. `from` defaults to the store's commit before `to`. */
export const DiffQuery = z.strictObject({
  from: CommitId.optional(),
  to: z.union([z.literal('HEAD'), CommitId]).default('HEAD'),
})
