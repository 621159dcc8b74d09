import type { Store } from '@storewright/contract/store.ts'
import { phases } from '@storewright/contract/words.ts'
import type { Attention, ListSearch } from '../../search.ts'

/** A store that has been moving for longer is stuck. */
const STUCK_MS = 10 * 60_000
const movingPhases = ['Requested', 'Committed', 'Syncing', 'Progressing', 'Deleting']

const attentionTests: Record<Attention, (store: Store, now: number) => boolean> = {
  failed: ({ phase, reason }) => phase === 'Failed' && reason !== 'InvalidSpec',
  degraded: ({ phase }) => phase === 'Degraded' || phase === 'Detached',
  missing: ({ health, phase }) => health === 'Missing' && phase !== 'Syncing',
  stuck: ({ phase, change }, now) =>
    movingPhases.includes(phase) && now - Date.parse(change.at) > STUCK_MS,
  invalid: ({ reason }) => reason === 'InvalidSpec',
  modified: ({ modified }) => modified,
}

function needsAttention(store: Store, why: Attention, now: number): boolean {
  return attentionTests[why](store, now)
}

/** Number of stores per reason for attention, without deleted ones. */
export function countAttention(
  stores: readonly Store[],
  now: number,
): { readonly why: Attention; readonly count: number }[] {
  const shown = stores.filter(({ deletedAt }) => deletedAt === null)
  return (Object.keys(attentionTests) as Attention[])
    .map((why) => ({ why, count: shown.filter((store) => needsAttention(store, why, now)).length }))
    .filter(({ count }) => count > 0)
}

type Facet = 'phase' | 'plan'

/** Matching stores, sorted by phase with the worst first, then by name. */
export function selectStores(stores: readonly Store[], search: ListSearch, now: number): Store[] {
  return stores
    .filter((store) => matches(store, search, now))
    .sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
}

/** Values of a facet with their counts. The facet's own filter is ignored. */
export function facetCounts(
  stores: readonly Store[],
  facet: Facet,
  search: ListSearch,
  now: number,
): ReadonlyMap<string, number> {
  const { [facet]: _own, ...others } = search
  const counts = new Map<string, number>()
  for (const store of stores) {
    if (!matches(store, others, now)) continue
    counts.set(store[facet], (counts.get(store[facet]) ?? 0) + 1)
  }
  const chosen = search[facet]
  if (chosen !== undefined && !counts.has(chosen)) counts.set(chosen, 0)
  return counts
}

/** True if a filter is set. `view` and `rows` are not filters. */
export function isFiltered({ view: _view, rows: _rows, ...filters }: ListSearch): boolean {
  return Object.keys(filters).length > 0
}

function matches(store: Store, search: ListSearch, now: number): boolean {
  const { q, phase, plan, attention, deleted } = search
  const wantsDeleted = deleted === 'include' || phase === 'SoftDeleted' || phase === 'Deleting'
  return (
    (wantsDeleted || store.deletedAt === null) &&
    (phase === undefined || store.phase === phase) &&
    (plan === undefined || store.plan === plan) &&
    (attention === undefined || needsAttention(store, attention, now)) &&
    (q === undefined || mentions(store, q.toLowerCase()))
  )
}

function mentions(store: Store, text: string): boolean {
  return [store.name, store.host, store.title, store.owner].some((field) =>
    field.toLowerCase().includes(text),
  )
}

function rank(store: Store): number {
  const at = phases.indexOf(store.phase)
  return at < 0 ? phases.length : at
}
