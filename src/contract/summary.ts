import { z } from 'zod'
import { StoreQuery } from './store-query.ts'

/** Same filters as `GET /stores`. */
export const SummaryQuery = StoreQuery.omit({ sort: true, limit: true, cursor: true })
export type SummaryQuery = z.output<typeof SummaryQuery>

/** Properties by which stores are counted. */
export const facetNames = [
  ...(['health', 'sync', 'phase', 'plan', 'team', 'release', 'generator'] as const),
] as const
export type FacetName = (typeof facetNames)[number]

/** Number of stores by value. */
const Counts = z.record(z.string(), z.int()).meta({ id: 'Counts' })
const Facets = z.object({
  health: Counts,
  sync: Counts,
  phase: Counts,
  plan: Counts,
  team: Counts,
  /** Named set of images and plugins. */
  release: Counts,
  /** Version that last changed the rendered files. */
  generator: Counts,
})

/** Counts over all stores. Deleted stores are counted only if the filter includes them. */
export const Summary = z
  .object({
    total: z.int(),
    matched: z.int(),
    /** Counts of the matching stores. Each facet ignores its own filter. */
    facets: Facets,
    unfiltered: z.object({ facets: Facets }),
    /** Stores that need attention, over all stores. */
    attention: z.object({
      degraded: z.int(),
      missing: z.int(),
      failed: z.int(),
      /** store.yaml does not parse or breaks a rule. */
      invalid: z.int(),
      /** Rendered files were edited by hand. */
      modified: z.int(),
      /** Rendered by a newer generator, so this server does not change them. */
      newer: z.int(),
      /** Still running, but no longer declared in Git. */
      detached: z.int(),
      /** Waiting longer than expected. */
      stuck: z.int(),
    }),
    capacity: z.object({ stores: z.int(), maxStores: z.int() }),
  })
  .meta({ id: 'Summary' })
export type Summary = z.infer<typeof Summary>
