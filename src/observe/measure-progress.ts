import { type Row, rowColumns } from '../contract/snapshot.ts'
import type { Store } from '../contract/store.ts'
import { compact } from '../domain/compact.ts'
import type { Stage } from '../domain/measures.ts'
import type { Metrics } from '../domain/metrics.ts'
import type { Clock, StoreViews } from '../domain/ports.ts'
import { noTracing, type SpanAttributes, type Tracing } from '../domain/tracing.ts'
import type { ChangeFeed } from './change-feed.ts'

/** How far Argo CD took the newest change of a store. Times in milliseconds since the Unix epoch. */
interface Progress {
  readonly commit: string | null
  observedAt: number | null
  syncedAt: number | null
  isReady: boolean
}

export interface ProgressOptions {
  readonly feed: Pick<ChangeFeed, 'rows' | 'subscribe'>
  readonly views: Pick<StoreViews, 'get'>
  readonly clock: Clock
  readonly metrics: Metrics
  /** @default nothing is traced */
  readonly tracing?: Tracing
}

const NAME = rowColumns.indexOf('name')
const CREATED_AT = rowColumns.indexOf('createdAt')
const CHANGE_AT = rowColumns.indexOf('changeAt')

/**
 * Observes and traces how long changes take from their commit until the store is Ready. Only changes
 * made after this call count, because the moments of earlier ones are unknown. A moment is seen with
 * the feed's delay of 250 ms to 1 s, and a commit has whole seconds.
 * @returns ends the observation
 */
export function measureProgress(options: ProgressOptions): () => void {
  const { feed, views, clock, tracing = noTracing } = options
  // A commit has whole seconds, so it may look older than a start within the same second.
  const startedMs = Math.floor(clock.now() / 1000) * 1000
  const progress = new Map<string, Progress>()
  /** When the store that was last Ready under a name was created. */
  const provisioned = new Map<string, number>()
  const isRecent = (row: Row) =>
    [CREATED_AT, CHANGE_AT].some((column) => Number(row[column]) * 1000 >= startedMs)

  for (const row of feed.rows()) {
    const store = isRecent(row) ? views.get(String(row[NAME])) : null
    if (store === null) continue
    const { commit } = store.change
    progress.set(store.name, { commit, observedAt: 0, syncedAt: 0, isReady: true })
    provisioned.set(store.name, Date.parse(store.createdAt))
  }
  const look = (store: Store) => {
    const observe = observing(options.metrics, clock.now())
    const createdMs = Date.parse(store.createdAt)
    const isReady = store.phase === 'Ready'
    if (isReady && createdMs >= startedMs && provisioned.get(store.name) !== createdMs) {
      provisioned.set(store.name, createdMs)
      observe('provisioning', createdMs)
    }
    const { commit, at, state } = store.change
    const committedMs = Date.parse(at)
    if (committedMs < startedMs) return
    const before = progress.get(store.name)
    const now =
      before?.commit === commit
        ? before
        : { commit, observedAt: null, syncedAt: null, isReady: false }
    progress.set(store.name, now)
    if (now.observedAt === null && isObserved(store)) {
      now.observedAt = observe('commit_to_observed', committedMs)
    }
    if (now.observedAt === null) return
    if (now.syncedAt === null && (state === 'Synced' || state === 'Live')) {
      now.syncedAt = observe('observed_to_synced', now.observedAt)
    }
    if (now.syncedAt === null || now.isReady || !isReady) return
    now.isReady = true
    const { observedAt: observedMs, syncedAt: syncedMs } = now
    const readyMs = observe('synced_to_ready', syncedMs)
    const requestId = store.change.operation
    const attributes = attributesOf(store)
    tracing.ready({ requestId, committedMs, observedMs, syncedMs, readyMs, attributes })
  }

  return feed.subscribe(({ upsert, remove }) => {
    for (const row of remove) {
      progress.delete(String(row[NAME]))
      provisioned.delete(String(row[NAME]))
    }
    for (const row of upsert) {
      if (!isRecent(row)) continue
      const store = views.get(String(row[NAME]))
      if (store !== null) look(store)
    }
  })
}

/** Observes the time since a moment, and returns now. Clocks of other servers may be ahead. */
function observing(metrics: Metrics, nowMs: number) {
  return (what: Stage | 'provisioning', sinceMs: number): number => {
    const seconds = Math.max(0, nowMs - sinceMs) / 1000
    if (what === 'provisioning') metrics.observe('store_provisioning_seconds', {}, seconds)
    else metrics.observe('storewright_stage_duration_seconds', { stage: what }, seconds)
    return nowMs
  }
}

function attributesOf({ name, change: { commit, action } }: Store): SpanAttributes {
  return compact({
    'storewright.store': name,
    'storewright.commit': commit ?? undefined,
    'storewright.action': action ?? undefined,
  })
}

function isObserved({ conditions }: Store): boolean {
  return conditions.some(({ type, status }) => type === 'Observed' && status === 'True')
}
