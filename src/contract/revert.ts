import { z } from 'zod'
import { Diff } from './diff.ts'
import { longReason } from './names.ts'
import { Effect } from './preview.ts'
import { Store } from './store.ts'

export const revertModes = ['undo', 'restore-to'] as const

/** `undo` takes one change back; `restore-to` makes the intent what it was at that commit. */
export const RevertChange = z
  .strictObject({
    commit: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'a full commit id'),
    mode: z.enum(revertModes).default('undo'),
    reason: longReason,
    /** Says what would change and writes nothing. */
    dryRun: z.boolean().default(false),
  })
  .meta({ id: 'RevertChange' })
export type RevertChange = z.infer<typeof RevertChange>

/** One member of the intent; `null` = not set. */
export const FieldChange = z
  .object({ pointer: z.string(), from: z.unknown(), to: z.unknown() })
  .meta({ id: 'FieldChange' })
export type FieldChange = z.infer<typeof FieldChange>

export const RevertWarning = z.object({
  code: z.enum(['volumes_kept', 'counters_kept', 'purged_again']),
  message: z.string(),
  pointer: z.string(),
})
export type RevertWarning = z.infer<typeof RevertWarning>

export const Reverted = z
  .object({
    /** `null`: a dry run, or nothing was left to take back. */
    commit: z.string().nullable(),
    store: Store,
    changes: z.array(FieldChange),
    /** Of a dry run: what would be committed; else `null`, see `GET /stores/{name}/diff`. */
    diff: z.union([Diff, z.null()]),
    warnings: z.array(RevertWarning),
    /** Of a dry run: what it costs the store, worst first; else `null`. */
    effects: z.array(Effect).nullable(),
  })
  .meta({ id: 'Reverted' })
export type Reverted = z.infer<typeof Reverted>
