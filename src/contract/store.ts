import { z } from 'zod'
import { basicOptions as basic } from './basic-options.ts'
import { freeText, StoreName, TeamName } from './names.ts'
import { StoreFile } from './store-file.ts'
import { extraShape } from './store-options.ts'
import {
  actions,
  changeResults,
  changeSources,
  changeStates,
  conditionTypes,
  healths,
  lifecycles,
  phases,
  statuses,
  syncs,
} from './words.ts'

/** Request for a new store. `namespace` is an alias of `team`, and `type` of `engine`. */
export const StoreCreate = z
  .strictObject({
    name: StoreName,
    engine: z.string().max(40).optional(),
    /** Alias of `engine` in the second earlier API: `woocommerce`. */
    type: z.string().max(40).optional(),
    plan: basic.plan.request.optional(),
    team: TeamName.optional(),
    /** Alias of `team` in the first earlier API. */
    namespace: TeamName.optional(),
    title: basic.title.schema.optional(),
    release: basic.release.request.optional(),
    cluster: basic.cluster.schema.optional(),
    admin: basic.admin.request.optional(),
    /** Alias of `admin.user` in the second earlier API. */
    adminUser: basic.admin.schema.shape.user.optional(),
    site: basic.site.request.optional(),
    sampleProduct: basic.sampleProduct.schema.optional(),
    autoSync: basic.autoSync.schema.optional(),
    storage: basic.storage.request.optional(),
    secretsMode: basic.secretsMode.schema.optional(),
    ...extraShape,
    /** Goes into the commit body, not into store.yaml. */
    reason: freeText(200).optional(),
    ticket: z
      .string()
      .max(40)
      .regex(/^[A-Za-z0-9][A-Za-z0-9#._/-]*$/, 'a ticket id such as SHOP-12')
      .optional(),
  })
  .meta({ id: 'StoreCreate' })
export type StoreCreate = z.infer<typeof StoreCreate>

export const Condition = z
  .object({
    type: z.enum(conditionTypes),
    status: z.enum(['True', 'False', 'Unknown']),
    reason: z.string(),
    message: z.string(),
    lastTransitionTime: z.string(),
  })
  .meta({ id: 'Condition' })
export type Condition = z.infer<typeof Condition>

/** A store: what Git declares (name … labels) and what Argo CD observed (phase … conditions). */
export const Store = z
  .object({
    name: z.string(),
    /**
     * The team, as the first earlier API named it. The Kubernetes namespace is `targetNamespace`.
     */
    namespace: z.string(),
    team: z.string(),
    engine: z.string(),
    plan: z.string(),
    title: z.string(),
    status: z.enum(statuses),
    phase: z.enum(phases),
    reason: z.string(),
    message: z.string(),
    /** `""` until the store has been Ready once. */
    url: z.string(),
    host: z.string(),
    adminUrl: z.string(),
    adminUser: z.string(),
    owner: z.string(),
    targetNamespace: z.string(),
    health: z.enum(healths),
    sync: z.enum(syncs),
    /** True if health, sync and phase are simulated and no cluster runs this store. */
    simulated: z.boolean(),
    stale: z.boolean(),
    /** Time of the last report from the status source. */
    asOf: z.string(),
    lifecycle: z.enum(lifecycles),
    autoSync: z.boolean(),
    /** True if rendered files were edited by hand. */
    modified: z.boolean(),
    createdAt: z.string(),
    /**
     * When the store was Ready for the first time; `null` before, and if that was before this server
     * looked and cannot be derived.
     */
    firstReadyAt: z.string().nullable(),
    deletedAt: z.string().nullable(),
    purgeAfter: z.string().nullable(),
    /** Last commit that changed this store. */
    revision: z.string(),
    /** Commit that Argo CD compared last. */
    observedRevision: z.string().nullable(),
    /** Quoted blob id of store.yaml: the version of the intent. */
    etag: z.string(),
    conditions: z.array(Condition),
    change: z.object({
      state: z.enum(changeStates),
      action: z.enum(actions).nullable(),
      operation: z.string().nullable(),
      commit: z.string().nullable(),
      by: z.string(),
      at: z.string(),
    }),
    release: z.string(),
    version: z.object({
      generator: z.string(),
      wordpress: z.string(),
      woocommerce: z.string(),
      mariadb: z.string(),
    }),
    links: z.object({
      self: z.string(),
      argo: z.string().nullable(),
      commit: z.string().nullable(),
      pullRequest: z.string().nullable(),
      site: z.string(),
      admin: z.string(),
    }),
    labels: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Store' })
export type Store = z.infer<typeof Store>

/** A warning about something that works. `code` never changes once released. */
export const Warning = z
  .object({ code: z.string(), message: z.string(), pointer: z.string() })
  .meta({ id: 'Warning' })
export type Warning = z.infer<typeof Warning>

/** A store after a change, with warnings about what the change did not do. */
export const ChangedStore = Store.extend({ warnings: z.array(Warning) }).meta({
  id: 'ChangedStore',
})
export type ChangedStore = z.infer<typeof ChangedStore>

/** One commit, as far as it concerns a store. */
export const Change = z
  .object({
    commit: z.string(),
    at: z.string(),
    /** Trailer `Action`, or `git` for a commit made outside Storewright. */
    action: z.string(),
    stores: z.array(z.string()),
    summary: z.string(),
    reason: z.string().nullable(),
    requestedBy: z.string().nullable(),
    requestId: z.string().nullable(),
    source: z.enum(changeSources),
    reverts: z.string().nullable(),
    /** Newest commit that reverts this one. */
    revertedBy: z.string().nullable(),
    /** Progress of the change. `null` if it concerns no store. */
    result: z.enum(changeResults).nullable(),
    /**
     * Data versions that the change raised, such as `woocommerce 11.1.0 -> 11.2.0`. A revert cannot
     * lower them.
     */
    schemaChange: z.string().nullable(),
    /** Name of the dump that is made before such a change. */
    restorePoint: z.string().nullable(),
  })
  .meta({ id: 'Change' })
export type Change = z.infer<typeof Change>

export const FileContent = z
  .object({ path: z.string(), bytes: z.int(), content: z.string() })
  .meta({ id: 'FileContent' })
export type FileContent = z.infer<typeof FileContent>

export const Manifests = z
  .object({
    commit: z.string(),
    files: z.array(FileContent),
    /** True if files beyond 1,000 or 512 KiB were omitted. */
    truncated: z.boolean(),
    /** Parsed store.yaml of that commit. `null` if it is not valid. */
    intent: z.union([StoreFile, z.null()]),
  })
  .meta({ id: 'Manifests' })
export type Manifests = z.infer<typeof Manifests>
