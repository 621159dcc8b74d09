import type { LegacyAuditEntry, LegacyStore } from '../../contract/legacy.ts'
import type { Change, Store } from '../../contract/store.ts'
import { legacyStatusOf } from '../../domain/status/legacy-status.ts'

/** A store as the second earlier API returns it. */
export function presentLegacyStore(store: Store): LegacyStore {
  const { status, error } = legacyStatusOf(store)
  const isServed = store.url !== ''
  return {
    id: store.name,
    name: store.name,
    slug: store.name,
    type: 'woocommerce',
    status,
    namespace: store.targetNamespace,
    store_url: isServed ? store.url : null,
    admin_url: isServed ? store.adminUrl : null,
    error_message: error,
    // That platform set it when the store was requested, also if the store had to wait.
    provision_started_at: timeOf(store.createdAt),
    provision_finished_at: store.firstReadyAt === null ? null : timeOf(store.firstReadyAt),
    created_at: timeOf(store.createdAt),
    updated_at: timeOf(lastChangeOf(store)),
  }
}

/** Time of the last commit or of the last change of a condition, whichever is later. */
function lastChangeOf({ change, conditions }: Store): string {
  const times = [change.at, ...conditions.map(({ lastTransitionTime }) => lastTransitionTime)]
  return new Date(Math.max(...times.map((time) => Date.parse(time)))).toISOString()
}

/** Words of that platform for actions which both have. Others keep the word of the commit. */
const ACTIONS: Readonly<Record<string, string>> = { delete: 'delete_start' }

/** A commit as an entry of the audit log of the second earlier API. */
export function presentLegacyAudit(change: Change): LegacyAuditEntry {
  const { commit, at, action, stores, summary, reason, requestedBy } = change
  const [store = null] = stores.length === 1 ? stores : []
  const details = { name: store, summary, reason, requested_by: requestedBy }
  return {
    id: commit,
    store_id: store,
    action: ACTIONS[action] ?? action,
    details: JSON.stringify(details),
    ip_address: null,
    created_at: timeOf(at),
  }
}

/**
 * `2026-11-24 12:00:00` in UTC. Clients append `Z` and parse it, so an RFC 3339 time would become an
 * invalid date. Source: ishabanya/kubernetes_store_r1 `dashboard/src/components/StoreCard.jsx`.
 */
function timeOf(time: string): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ')
}
