import { z } from 'zod'
import { Diff } from './diff.ts'
import { longReason } from './names.ts'
import { Effect } from './preview.ts'
import { Store } from './store.ts'

export const revertModes = ['undo', 'restore-to'] as const

/** `undo` reverts one change. `restore-to` sets the intent to its state at that commit. */
export const RevertChange = z
  .strictObject({
    commit: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'a full commit id'),
    mode: z.enum(revertModes).default('undo'),
    reason: longReason,
    /** Returns what would change and writes nothing. */
    dryRun: z.boolean().default(false),
  })
  .meta({ id: 'RevertChange' })
export type RevertChange = z.infer<typeof RevertChange>

/** One member of the intent. `null` means not set. */
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
    /** `null` for a dry run, or if there was nothing to revert. */
    commit: z.string().nullable(),
    store: Store,
    changes: z.array(FieldChange),
    /** Diff of a dry run. Otherwise `null`; see `GET /stores/{name}/diff`. */
    diff: z.union([Diff, z.null()]),
    warnings: z.array(RevertWarning),
    /** Effects of a dry run, worst first. Otherwise `null`. */
    effects: z.array(Effect).nullable(),
  })
  .meta({ id: 'Reverted' })
export type Reverted = z.infer<typeof Reverted>
