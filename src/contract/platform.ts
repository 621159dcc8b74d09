import { z } from 'zod'
import { StoreRef } from './repository.ts'

/**
 * Facts a client needs to offer choices, from platform.yaml of the stores repo and from this
 * process.
 */
export const PlatformView = z
  .object({
    version: z.string(),
    generator: z.string(),
    /** Head of the stores repo. */
    revision: z.string(),
    writeMode: z.enum(['direct', 'pull-request']),
    statusSource: z.string(),
    /** True if this process simulates Argo CD and no cluster runs the stores. */
    simulated: z.boolean(),
    profile: z.enum(['local', 'production']),
    baseDomain: z.string(),
    scheme: z.enum(['http', 'https']),
    /** URL to clone the stores repo read-only. `null` if the repo is remote. */
    cloneUrl: z.string().nullable(),
    engines: z.array(z.object({ id: z.string(), available: z.boolean() })),
    plans: z.array(
      z.object({
        id: z.string(),
        cpu: z.string(),
        memory: z.string(),
        storage: z.string(),
        pods: z.int(),
        workers: z.int(),
      }),
    ),
    releases: z.array(
      z.object({
        id: z.string(),
        wordpress: z.string(),
        woocommerce: z.string(),
        mariadb: z.string(),
      }),
    ),
    teams: z.array(z.object({ id: z.string(), title: z.string(), maxStores: z.int() })),
    clusters: z.array(z.string()),
    defaults: z.object({
      team: z.string(),
      plan: z.string(),
      release: z.string(),
      cluster: z.string(),
    }),
    limits: z.object({ stores: z.int(), maxStores: z.int(), retentionDays: z.int() }),
    readOnly: z.boolean(),
    /** Set if the branch was rewritten. Nothing is written until an admin accepts the rewrite. */
    rewrite: z
      .object({
        /**
         * Head of the rewritten branch, which the acceptance must name. `null` if the branch is
         * gone.
         */
        head: z.string().nullable(),
        /** At most 1,000 stores whose newest state is not in the rewritten branch. */
        vanished: z.array(StoreRef),
      })
      .nullable(),
    /**
     * Acknowledged stores that are missing or stale on the branch without a reason. Must be empty.
     * At most 1,000.
     */
    lost: z.array(StoreRef),
    banners: z.array(z.object({ code: z.string(), message: z.string() })),
  })
  .meta({ id: 'Platform' })
export type PlatformView = z.infer<typeof PlatformView>
