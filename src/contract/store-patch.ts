import { z } from 'zod'
import { freeText } from './names.ts'
import { removableShape } from './store-options.ts'
import { StoreCreate } from './store.ts'
import { retries } from './words.ts'

const ticket = StoreCreate.shape.ticket
const reason = freeText(200).optional()

/** Reason of a change. It goes into the commit, not into store.yaml. */
export const Reason = z.strictObject({ reason, ticket }).meta({ id: 'Reason' })
export type Reason = z.infer<typeof Reason>

/**
 * Changeable members of a store, as a JSON merge patch (RFC 7396): an absent member is kept, `null`
 * removes it. Name, team, cluster, engine, secrets mode and admin user are fixed at creation.
 */
export const StorePatch = z
  .strictObject({
    plan: StoreCreate.shape.plan,
    release: StoreCreate.shape.release,
    title: StoreCreate.shape.title,
    site: StoreCreate.shape.site,
    storage: StoreCreate.shape.storage,
    sampleProduct: StoreCreate.shape.sampleProduct,
    autoSync: StoreCreate.shape.autoSync,
    ...removableShape,
    /** Overwrites rendered files that were edited by hand. */
    force: z.boolean().optional(),
    reason,
    ticket,
  })
  .meta({ id: 'StorePatch' })
export type StorePatch = z.infer<typeof StorePatch>

/** Step to run again: set-up, a new database password, a new admin password, or a backup now. */
export const Retry = Reason.extend({ what: z.enum(retries).default('init') }).meta({ id: 'Retry' })
export type Retry = z.infer<typeof Retry>
