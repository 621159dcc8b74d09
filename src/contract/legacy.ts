import { z } from 'zod'
import { basicOptions as basic } from './basic-options.ts'
import { StoreName } from './names.ts'

/**
 * Bodies of the second earlier API, which clients of that platform keep using. Its times are UTC as
 * `2026-11-24 12:00:00`. Source: ishabanya/kubernetes_store_r1 `backend/src/services/storeService.js`
 * and `backend/src/database/db.js`.
 */

/** `suspended` is the only word that the earlier platform did not have. */
export const legacyStatuses = ['provisioning', 'ready', 'failed', 'deleting', 'suspended'] as const
export type LegacyStatus = (typeof legacyStatuses)[number]

/** Request for a new store of the default team, with the default plan. */
export const LegacyStoreCreate = z
  .strictObject({
    name: StoreName,
    /** `woocommerce`. */
    type: z.string().max(40).optional(),
    adminUser: basic.admin.schema.shape.user.optional(),
  })
  .meta({ id: 'LegacyStoreCreate' })

export const LegacyStore = z
  .object({
    /** The name. */
    id: z.string(),
    name: z.string(),
    /** The name too: names are never rewritten. */
    slug: z.string(),
    type: z.literal('woocommerce'),
    status: z.enum(legacyStatuses),
    /** The Kubernetes namespace. */
    namespace: z.string(),
    /** Both URLs are `null` until the store was Ready for the first time. */
    store_url: z.string().nullable(),
    admin_url: z.string().nullable(),
    /** `null` unless `status` is `failed`. */
    error_message: z.string().nullable(),
    provision_started_at: z.string(),
    /** `null` before the store was Ready, and if that time is unknown. */
    provision_finished_at: z.string().nullable(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'LegacyStore' })
export type LegacyStore = z.infer<typeof LegacyStore>

export const LegacyDeleted = z
  .object({ message: z.literal('Store deletion initiated') })
  .meta({ id: 'LegacyDeleted' })

export const LegacyAuditQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(50),
})

/** One commit. */
export const LegacyAuditEntry = z
  .object({
    /** The commit. */
    id: z.string(),
    /** `null` if the commit changed no store, or several. */
    store_id: z.string().nullable(),
    action: z.string(),
    /** A JSON object as text. */
    details: z.string(),
    /** Always `null`: Git holds no addresses, because they could not be erased. */
    ip_address: z.null(),
    created_at: z.string(),
  })
  .meta({ id: 'LegacyAuditEntry' })
export type LegacyAuditEntry = z.infer<typeof LegacyAuditEntry>

/** Counts of the stores that the sender may see, and limits of the platform. */
export const LegacyMetrics = z
  .object({
    total_stores: z.int(),
    /** Number of stores by status. A status that no store has is absent. */
    stores_by_status: z.partialRecord(z.enum(legacyStatuses), z.int()),
    /** Stores whose status is `failed`. */
    total_failures: z.int(),
    /**
     * Mean time from the creation of a ready store until it was Ready first, rounded; `null` if no
     * such time is known.
     */
    avg_provision_duration_seconds: z.int().nullable(),
    active_provisions: z.int(),
    queued_provisions: z.int(),
    /** 0: no limit. */
    max_concurrent_provisions: z.int(),
    max_stores: z.int(),
  })
  .meta({ id: 'LegacyMetrics' })
export type LegacyMetrics = z.infer<typeof LegacyMetrics>

export const LegacyHealth = z
  .object({ status: z.literal('ok'), timestamp: z.string() })
  .meta({ id: 'LegacyHealth' })
