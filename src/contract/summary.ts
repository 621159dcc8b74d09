import { z } from 'zod'
import { StoreQuery } from './store-query.ts'

/** Filters as of `GET /stores`. */
export const SummaryQuery = StoreQuery.omit({ sort: true, limit: true, cursor: true })
export type SummaryQuery = z.output<typeof SummaryQuery>

/** What stores are counted by. */
export const facetNames = [
  ...(['health', 'sync', 'phase', 'plan', 'team', 'release', 'generator'] as const),
] as const
export type FacetName = (typeof facetNames)[number]

/** Value -> how many stores have it. */
const Counts = z.record(z.string(), z.int()).meta({ id: 'Counts' })
const Facets = z.object({
  ...{ health: Counts, sync: Counts, phase: Counts, plan: Counts, team: Counts },
  /** Named set of images and plugins. */
  release: Counts,
  /** Version that last changed the rendered files. */
  generator: Counts,
})

/** Counts over all stores; deleted ones only where the filter takes them in. */
export const Summary = z
  .object({
    total: z.int(),
    matched: z.int(),
    /** Of what matches; the counts of a facet leave that facet's own filter out. */
    facets: Facets,
    unfiltered: z.object({ facets: Facets }),
    /** What somebody should look at, of all stores. */
    attention: z.object({
      degraded: z.int(),
      missing: z.int(),
      failed: z.int(),
      /** store.yaml does not parse, or may not be. */
      invalid: z.int(),
      /** Rendered files were edited by hand. */
      modified: z.int(),
      /** A newer generator rendered them; this server leaves them alone. */
      newer: z.int(),
      /** They run, and Git no longer declares them. */
      detached: z.int(),
      /** Waits for longer than it should. */
      stuck: z.int(),
    }),
    capacity: z.object({ stores: z.int(), maxStores: z.int() }),
  })
  .meta({ id: 'Summary' })
export type Summary = z.infer<typeof Summary>
