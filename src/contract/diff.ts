import { z } from 'zod'

export const CommitId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'a full commit id')

/** `oldStart` and `newStart` count from 1; 0 = the file does not exist there. Lines bear `-`, `+` or a blank in front. */
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
    /** Below the folder of the store. */
    path: z.string(),
    /** What a person wrote, what Argo CD's generator reads, or what it applies. */
    kind: z.enum(['intent', 'app', 'manifest']),
    additions: z.int(),
    deletions: z.int(),
    hunks: z.array(Hunk),
  })
  .meta({ id: 'FileDiff' })
export type FileDiff = z.infer<typeof FileDiff>

/** What lies between two commits of a store. The intent comes first. */
export const Diff = z
  .object({
    /** `null`: before the store was created. */
    from: z.string().nullable(),
    to: z.string(),
    /**
     * Hunks were left out beyond 512 KiB, their lines are still counted; or files beyond 1,000 or 1 MiB of either side were
     * not compared.
     */
    truncated: z.boolean(),
    files: z.array(FileDiff),
  })
  .meta({ id: 'Diff' })
export type Diff = z.infer<typeof Diff>

/** `to`: a commit or `HEAD`. `from` left out: the commit of the store before `to`. */
export const DiffQuery = z.strictObject({
  from: CommitId.optional(),
  to: z.union([z.literal('HEAD'), CommitId]).default('HEAD'),
})
