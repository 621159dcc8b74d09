import type { Store } from '../contract/store.ts'
import { type FacetName, facetNames, type Summary, type SummaryQuery } from '../contract/summary.ts'
import type { OperationDeps } from '../domain/ports.ts'
import { matchesQuery } from './list-stores.ts'
import { isOfNewer } from './rendering/render-declared.ts'

const VALUE: Readonly<Record<FacetName, (store: Store) => string>> = {
  health: ({ health }) => health,
  sync: ({ sync }) => sync,
  phase: ({ phase }) => phase,
  plan: ({ plan }) => plan,
  team: ({ team }) => team,
  release: ({ release }) => release,
  generator: ({ version }) => version.generator,
}

const STUCK = [
  'ApplicationMissing',
  'WebhookMissing',
  'BlockedByPreviousSync',
  'ProgressDeadline',
  'PurgeStuck',
]

/** Counts stores by plan, release, generator and state, and those that need attention. */
export function getSummary(
  deps: Pick<OperationDeps, 'repo' | 'views'>,
  query: SummaryQuery,
): Summary {
  const at = deps.repo.snapshot()
  const all = deps.views.all()
  const kept = all.filter((store) => matchesQuery(store, { deleted: query.deleted }))
  const matched = all.filter((store) => matchesQuery(store, query))
  const count = (holds: (store: Store) => boolean) => kept.filter(holds).length
  return {
    total: kept.length,
    matched: matched.length,
    facets: facetsOf((facet) => all.filter((store) => matchesQuery(store, without(query, facet)))),
    unfiltered: { facets: facetsOf(() => kept) },
    attention: {
      degraded: count(({ phase }) => phase === 'Degraded'),
      missing: count(({ health }) => health === 'Missing'),
      failed: count(({ phase }) => phase === 'Failed'),
      invalid: count(({ reason }) => reason === 'InvalidSpec'),
      modified: count(({ modified }) => modified),
      newer: at.stores.namesWhere(isOfNewer).size,
      detached: count(({ phase }) => phase === 'Detached'),
      stuck: count(({ reason }) => STUCK.includes(reason)),
    },
    capacity: { stores: at.stores.tally.all, maxStores: at.platform.maxStores },
  }
}

function facetsOf(storesFor: (facet: FacetName) => readonly Store[]): Summary['facets'] {
  const facets = facetNames.map((facet) => {
    const counts: Record<string, number> = {}
    for (const store of storesFor(facet)) {
      const value = VALUE[facet](store)
      counts[value] = (Object.hasOwn(counts, value) ? (counts[value] ?? 0) : 0) + 1
    }
    return [facet, counts]
  })
  return Object.fromEntries(facets) as Summary['facets']
}

/** The filter on teams has two names. */
function without(query: SummaryQuery, facet: FacetName): SummaryQuery {
  const { [facet as 'plan']: _, ...rest } = query
  if (facet !== 'team') return rest
  const { namespace: __, ...others } = rest
  return others
}
