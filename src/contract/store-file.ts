import { z } from 'zod'
import { basicOptions as basic } from './basic-options.ts'
import { freeText, StoreName, TeamName } from './names.ts'
import { extraShape } from './store-options.ts'
import { Timestamp } from './store-values.ts'
import { lifecycles } from './words.ts'

/** Counters that force a re-run without another change of the intent. */
export const Nonce = z.strictObject({
  retry: z.int().min(0).max(1_000_000),
  credentials: z.int().min(1).max(1_000_000),
  adminReset: z.int().min(0).max(1_000_000),
  /** Raising it above 0 requests a backup now. */
  backup: z.int().min(0).max(1_000_000).optional(),
})

export const LifecycleIntent = z.strictObject({
  state: z.enum(lifecycles),
  since: Timestamp.optional(),
  purgeAfter: Timestamp.optional(),
  reason: freeText(200).optional(),
  /** In `purge`: the removal waits neither for the store's health nor for a backup. */
  dataLossAccepted: z.literal(true).optional(),
  /** In `purge`: an admin confirmed that the retention is over, so clocks are not checked. */
  dueConfirmed: z.literal(true).optional(),
})

export const Owner = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9_.:/-]+$/, 'an opaque subject without @: no e-mail address enters Git')

const { origin, quarantine, ...extras } = extraShape

/**
 * Intent of one store: `stores/<team>/<name>/store.yaml`, the only store file people edit. Keys are
 * printed in this order.
 */
export const StoreFile = z.strictObject({
  apiVersion: z.literal('storewright.dev/v1'),
  kind: z.literal('Store'),
  name: StoreName,
  team: TeamName,
  engine: z.literal('woo'),
  plan: basic.plan.schema,
  release: basic.release.schema,
  cluster: basic.cluster.schema,
  storage: basic.storage.schema,
  secretsMode: basic.secretsMode.schema,
  lifecycle: LifecycleIntent,
  autoSync: basic.autoSync.schema,
  /** The store waits for a place among the stores being set up. Written by Storewright. */
  queued: z.boolean().optional(),
  title: basic.title.schema,
  owner: Owner,
  admin: basic.admin.schema,
  site: basic.site.schema,
  sampleProduct: basic.sampleProduct.schema,
  ...extras,
  nonce: Nonce,
  origin,
  quarantine,
})
export type StoreFile = z.infer<typeof StoreFile>
