import { z } from 'zod'
import { Diff } from './diff.ts'
import { StorePatch } from './store-patch.ts'
import { FileContent, StoreCreate, Warning } from './store.ts'
import { actions, effectCodes } from './words.ts'

/** Actions that can be previewed, besides a patch. */
export const previewActions = ['suspend', 'resume', 'delete', 'restore', 'purge', 'render'] as const
export type PreviewAction = (typeof previewActions)[number]

const OF_CHANGE = ['name', 'team', 'namespace', 'patch', 'action']

/** A new store, or the name of an existing store with either a patch or an action. */
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

/** Effect of a change on a running store. `final` effects remain if the change is undone. */
export const Effect = z
  .object({
    code: z.enum(effectCodes),
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

/** Exactly what would be committed. Nothing is written. */
export const Preview = z
  .object({
    /**
     * Every file of the store after the change. Empty for a write that concerns no single store.
     */
    files: z.array(FileContent),
    /**
     * Diff to the committed files. `null` for a new store, without files if nothing would be
     * committed.
     */
    diff: z.union([Diff, z.null()]),
    warnings: z.array(Warning),
    /**
     * Effects of a change, worst first. `null` for a new store, or if the current files cannot be
     * read.
     */
    effects: z.array(Effect).nullable(),
    /** Texts are empty for a write that concerns no single store. */
    impact: z.object({
      targetNamespace: z.string(),
      host: z.string(),
      /**
       * Kubernetes quantities, summed over the long-running pods of the store while it is active.
       */
      requests: z.object({ cpu: z.string(), memory: z.string(), storage: z.string() }),
      stores: z.int(),
      maxStores: z.int(),
    }),
    /** Commits of this write, in order. Empty if nothing would be committed. */
    commits: z.array(PlannedCommit),
    writeMode: z.enum(['direct', 'pull-request']),
  })
  .meta({ id: 'Preview' })
export type Preview = z.infer<typeof Preview>
