import type { Members } from './reference.ts'

const COMMIT = '7c3e1f0a9b2d4c6e8f1a3b5d7c9e0f2a4b6c8d0e'
const CREATED = '2026-11-29 11:58:00'
const FINISHED = '2026-11-29 12:01:00'

/** Members of the second earlier API. */
export const legacyMembers: Members = {
  'LegacyStoreCreate.name': ['Name of the store. It is refused, never rewritten.', 'my-shop'],
  'LegacyStoreCreate.type': ['Kind of shop. Only `woocommerce` is available.', 'woocommerce'],
  'LegacyStoreCreate.adminUser': ['User name of the administrator of the shop.', 'shopkeeper'],
  'LegacyStore.id': ['Name of the store.', 'my-shop'],
  'LegacyStore.name': ['Name of the store.', 'my-shop'],
  'LegacyStore.slug': ['Name of the store.', 'my-shop'],
  'LegacyStore.type': ['Kind of shop.', 'woocommerce'],
  'LegacyStore.status': ['Status of the store. `deleting` lasts until its data is gone.', 'ready'],
  'LegacyStore.namespace': ['Kubernetes namespace of the store.', 'store-my-shop'],
  'LegacyStore.store_url': [
    'Address of the shop, or null until it was Ready for the first time.',
    'http://my-shop.127-0-0-1.nip.io',
  ],
  'LegacyStore.admin_url': [
    'Address of its administration, or null until it was Ready for the first time.',
    'http://my-shop.127-0-0-1.nip.io/wp-admin',
  ],
  'LegacyStore.error_message': ['Why the status is `failed`, or null.', null],
  'LegacyStore.provision_started_at': ['Same as `created_at`.', CREATED],
  'LegacyStore.provision_finished_at': [
    'When the store was Ready for the first time, in UTC. Null before, and if that time is unknown.',
    FINISHED,
  ],
  'LegacyStore.created_at': ['Time of the commit that created the store, in UTC.', CREATED],
  'LegacyStore.updated_at': [
    'Time of the last commit of the store or of the last change of its state, in UTC.',
    FINISHED,
  ],
  'LegacyDeleted.message': ['Always this text.', 'Store deletion initiated'],
  'LegacyAuditEntry.id': ['Commit of the change.', COMMIT],
  'LegacyAuditEntry.store_id': [
    'Store that changed, or null if the commit changed none or several.',
    'my-shop',
  ],
  'LegacyAuditEntry.action': [
    'Kind of the change. A deletion is `delete_start`; `git` is a commit made outside Storewright.',
    'create',
  ],
  'LegacyAuditEntry.details': ['A JSON object as text.', '{"name":"my-shop"}'],
  'LegacyAuditEntry.ip_address': ['Always null. Git holds no addresses.', null],
  'LegacyAuditEntry.created_at': ['Time of the commit, in UTC.', CREATED],
  'LegacyMetrics.total_stores': ['Number of stores, with those that are being deleted.', 3],
  'LegacyMetrics.stores_by_status': [
    'Number of stores by status. A status that no store has is absent.',
    { ready: 2, failed: 1 },
  ],
  'LegacyMetrics.stores_by_status.provisioning': ['Stores that were not Ready yet.', 1],
  'LegacyMetrics.stores_by_status.ready': ['Stores that serve.', 2],
  'LegacyMetrics.stores_by_status.failed': ['Stores that do not work.', 1],
  'LegacyMetrics.stores_by_status.deleting': ['Deleted stores that still have data.', 1],
  'LegacyMetrics.stores_by_status.suspended': ['Stores that are switched off.', 1],
  'LegacyMetrics.total_failures': ['Number of stores whose status is `failed`.', 1],
  'LegacyMetrics.avg_provision_duration_seconds': [
    'Mean seconds from the creation of a ready store until it was Ready for the first time. Null if no such time is known.',
    95,
  ],
  'LegacyMetrics.active_provisions': [
    'Stores that count against `max_concurrent_provisions` now.',
    0,
  ],
  'LegacyMetrics.queued_provisions': ['Stores that wait to be set up.', 0],
  'LegacyMetrics.max_concurrent_provisions': [
    '`limits.provisioning` of platform.yaml. 0 is no limit.',
    3,
  ],
  'LegacyMetrics.max_stores': ['`limits.maxStores` of platform.yaml.', 10],
  'LegacyHealth.status': ['Always this word.', 'ok'],
  'LegacyHealth.timestamp': ['Time of the answer, RFC 3339.', '2026-11-29T12:01:00.000Z'],
}
