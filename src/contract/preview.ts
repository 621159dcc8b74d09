import { z } from 'zod'
import { Diff } from './diff.ts'
import { StorePatch } from './store-patch.ts'
import { FileContent, StoreCreate, Warning } from './store.ts'
import { actions } from './words.ts'

/** What can be previewed of a store beside a patch. */
export const previewActions = ['suspend', 'resume', 'delete', 'restore', 'purge', 'render'] as const
export type PreviewAction = (typeof previewActions)[number]

const OF_CHANGE = ['name', 'team', 'namespace', 'patch', 'action']

/** A new store; or the name of one that exists, with either a patch of it or a step of its life. */
export const PreviewRequest = StoreCreate.extend({
  patch: StorePatch.optional(),
  action: z.enum(previewActions).optional(),
})
  .superRefine((request, context) => {
    const { patch, action } = request
    if (patch === undefined && action === undefined) return
    const refuse = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message })
    if (patch !== undefined && action !== undefined) refuse('action', 'give a patch or an action')
    for (const key of Object.keys(request)) {
      if (!OF_CHANGE.includes(key)) refuse(key, 'belongs into patch')
    }
  })
  .meta({ id: 'PreviewRequest' })
export type PreviewRequest = z.infer<typeof PreviewRequest>

/** What a change costs a store that runs. `final`: undoing the change does not take it back. */
export const Effect = z
  .object({
    code: z.enum([
      'data_upgraded',
      'volumes_grow',
      'address_changes',
      'database_restarts',
      'shop_restarts',
      'set_up_runs',
      'backup_runs',
    ]),
    message: z.string(),
    final: z.boolean(),
  })
  .meta({ id: 'Effect' })
export type Effect = z.infer<typeof Effect>

/** One commit of a write. `subject` is its first line. */
export const PlannedCommit = z
  .object({ team: z.string(), name: z.string(), action: z.enum(actions), subject: z.string() })
  .meta({ id: 'PlannedCommit' })
export type PlannedCommit = z.infer<typeof PlannedCommit>

/** What would be committed, byte for byte. Nothing was written. */
export const Preview = z
  .object({
    /** Every file of the store after it; none for a write that is about no single store. */
    files: z.array(FileContent),
    /** What differs from what is committed; `null` for a new store. No files: nothing would be committed. */
    diff: z.union([Diff, z.null()]),
    warnings: z.array(Warning),
    /** Of a change: worst first; `null` for a new store, and where the files as they are cannot be read. */
    effects: z.array(Effect).nullable(),
    /** Texts are empty for a write that is about no single store. */
    impact: z.object({
      targetNamespace: z.string(),
      host: z.string(),
      /** Kubernetes quantities, summed over the store's long-running pods while it is active. */
      requests: z.object({ cpu: z.string(), memory: z.string(), storage: z.string() }),
      stores: z.int(),
      maxStores: z.int(),
    }),
    /** Commits of this write, in order; none: nothing would be committed. */
    commits: z.array(PlannedCommit),
    writeMode: z.enum(['direct', 'pull-request']),
  })
  .meta({ id: 'Preview' })
export type Preview = z.infer<typeof Preview>
