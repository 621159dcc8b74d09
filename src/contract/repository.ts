import { z } from 'zod'
import { longReason, StoreName } from './names.ts'

/** One store by team and name. */
export const StoreRef = z.object({ team: z.string(), name: z.string() }).meta({ id: 'StoreRef' })

/** An admin takes a rewritten branch as the truth. */
export const AcceptRewrite = z
  .strictObject({
    /** The head that was looked at; the branch must still be there. */
    expectedHead: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'a full commit id'),
    reason: longReason,
  })
  .meta({ id: 'AcceptRewrite' })
export type AcceptRewrite = z.infer<typeof AcceptRewrite>

/** What holds deletions: too many were pushed, or the clocks do not agree that they are due. */
export const deletionHolds = ['massDelete', 'clock'] as const

/** An admin lets deletions pass that are held. */
export const ReleaseDeletions = z
  .strictObject({
    /** Stores that go in all, as the banner says: typed, so that it was read. */
    count: z.int().min(1).max(20_000),
    /** `massDelete`: pushed deletions above the limit. `clock`: deletions that no second clock confirms as due. */
    heldBy: z.enum(deletionHolds).default('massDelete'),
    reason: longReason,
  })
  .meta({ id: 'ReleaseDeletions' })
export type ReleaseDeletions = z.infer<typeof ReleaseDeletions>

/** An admin gives a name free that a store bore whose folder left Git without a purge. */
export const ReleaseName = z
  .strictObject({
    name: StoreName,
    /** Somebody looked: no cluster holds the namespace of that store. A new store of its name would take over what is in it. */
    namespaceGone: z.literal(true),
    reason: longReason,
  })
  .meta({ id: 'ReleaseName' })
export type ReleaseName = z.infer<typeof ReleaseName>

export const NameReleased = z
  .object({
    revision: z.string(),
    name: z.string(),
    /** RFC 3339: until then only the team that had it may use it, as after a purge; `null`: it is free. */
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
