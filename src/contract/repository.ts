import { z } from 'zod'
import { longReason, StoreName } from './names.ts'

/** One store by team and name. */
export const StoreRef = z.object({ team: z.string(), name: z.string() }).meta({ id: 'StoreRef' })

/** An admin accepts a rewritten branch. */
export const AcceptRewrite = z
  .strictObject({
    /** Head that the admin reviewed. The branch must still be at this commit. */
    expectedHead: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'a full commit id'),
    reason: longReason,
  })
  .meta({ id: 'AcceptRewrite' })
export type AcceptRewrite = z.infer<typeof AcceptRewrite>

/**
 * Reasons to hold deletions: too many were pushed, or the clocks do not agree that they are due.
 */
export const deletionHolds = ['massDelete', 'clock'] as const

/** An admin releases held deletions. */
export const ReleaseDeletions = z
  .strictObject({
    /** Total number of held stores, as the banner shows. The admin types it as confirmation. */
    count: z.int().min(1).max(20_000),
    /**
     * `massDelete`: pushed deletions above the limit. `clock`: deletions that no second clock
     * confirms as due.
     */
    heldBy: z.enum(deletionHolds).default('massDelete'),
    reason: longReason,
  })
  .meta({ id: 'ReleaseDeletions' })
export type ReleaseDeletions = z.infer<typeof ReleaseDeletions>

/** An admin releases the name of a store whose folder left Git without a purge. */
export const ReleaseName = z
  .strictObject({
    name: StoreName,
    /**
     * Confirms that no cluster contains the namespace of that store. A new store of the same name
     * would take it over.
     */
    namespaceGone: z.literal(true),
    reason: longReason,
  })
  .meta({ id: 'ReleaseName' })
export type ReleaseName = z.infer<typeof ReleaseName>

export const NameReleased = z
  .object({
    revision: z.string(),
    name: z.string(),
    /**
     * Until then only the previous team may use the name, as after a purge (RFC 3339). `null` if
     * the name is free.
     */
    until: z.string().nullable(),
  })
  .meta({ id: 'NameReleased' })
export type NameReleased = z.infer<typeof NameReleased>

export const DeletionsReleased = z
  .object({ revision: z.string(), released: z.array(StoreRef) })
  .meta({ id: 'DeletionsReleased' })
export type DeletionsReleased = z.infer<typeof DeletionsReleased>

export const RewriteAccepted = z
  .object({
    revision: z.string(),
    /** Stores whose newest state is not in the rewritten branch. */
    vanished: z.array(StoreRef),
  })
  .meta({ id: 'RewriteAccepted' })
export type RewriteAccepted = z.infer<typeof RewriteAccepted>
