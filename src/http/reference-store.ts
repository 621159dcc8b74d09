import type { Members } from './reference.ts'

const COMMIT = '7c3e1f0a9b2d4c6e8f1a3b5d7c9e0f2a4b6c8d0e'
const REQUEST = '01JD8Z3K5V7M9Q1S3T5W7Y9A1C'

/** Members of a store and of its changes, by component and path. */
export const storeMembers: Members = {
  'Store.name': ['Name of the store, unique over all teams and never changed.', 'my-shop'],
  'Store.namespace': [
    'The team, under the name that the first API gave it. The Kubernetes namespace is `targetNamespace`.',
    'default',
  ],
  'Store.team': ['Team that the store belongs to: the first folder below `stores/`.', 'default'],
  'Store.engine': ['Kind of shop: WooCommerce.', 'woo'],
  'Store.plan': ['Plan of `platform.yaml` that sets the size.', 'small'],
  'Store.title': ['Title of the shop, as its visitors read it.', 'My shop'],
  'Store.status': ['Summary of the phase in four words, for simple clients.', 'Ready'],
  'Store.phase': [
    'Verdict on the store. Clients must accept values that are not in this list.',
    'Ready',
  ],
  'Store.reason': [
    'Machine word that explains the phase. It never changes once released.',
    'Serving',
  ],
  'Store.message': ['Sentence that explains the phase to a person.', 'The shop answers.'],
  'Store.url': [
    'Public address. Empty until the store was Ready once.',
    'https://my-shop.shops.example.com',
  ],
  'Store.host': [
    'Primary host: the first custom domain, or the host below the base domain.',
    'my-shop.shops.example.com',
  ],
  'Store.adminUrl': [
    'Address of the WordPress administration. Empty until the store was Ready once.',
    'https://my-shop.shops.example.com/wp-admin/',
  ],
  'Store.adminUser': ['User name of the first administrator.', 'shopkeeper'],
  'Store.owner': [
    'Subject that created the store, as Git records it. It grants no permission.',
    'user:ada',
  ],
  'Store.targetNamespace': [
    'Kubernetes namespace, which is also the name of the Argo CD Application.',
    'store-my-shop',
  ],
  'Store.health': ["Argo CD's health of the Application.", 'Healthy'],
  'Store.sync': ["Argo CD's sync status of the Application.", 'Synced'],
  'Store.simulated': [
    'True when health, sync and phase are simulated and no cluster runs this store.',
    false,
  ],
  'Store.stale': ['True when the status is older than the status source should allow.', false],
  'Store.asOf': ['Time of the last answer of the status source, RFC 3339.', '2026-11-29T12:00:00Z'],
  'Store.lifecycle': ['Lifecycle that Git declares.', 'active'],
  'Store.autoSync': ['True when Argo CD applies new commits without a person.', true],
  'Store.modified': ['True when rendered files were edited by hand.', false],
  'Store.createdAt': [
    'Time of the commit that created the store, RFC 3339.',
    '2026-11-29T11:58:00Z',
  ],
  'Store.firstReadyAt': [
    'When the store was Ready for the first time, RFC 3339. Null before, and if that time is unknown.',
    '2026-11-29T12:01:00.000Z',
  ],
  'Store.deletedAt': ['Time of the deletion, RFC 3339, or null.', null],
  'Store.purgeAfter': [
    'Earliest time at which data may be deleted permanently, RFC 3339, or null.',
    null,
  ],
  'Store.revision': ['Last commit that changed this store.', COMMIT],
  'Store.observedRevision': [
    'Commit that Argo CD compared with the cluster last, or null.',
    COMMIT,
  ],
  'Store.etag': [
    'Version of the intent: the quoted blob id of `store.yaml`. Send it as `If-Match`.',
    '"9f2c4b6d8e0a1c3e5f7a9b1d3c5e7f9a0b2d4c6e"',
  ],
  'Store.conditions': ['The facts behind the phase.', []],
  'Store.change': [
    'The last change of this store and its progress.',
    {
      state: 'Live',
      action: 'create',
      operation: REQUEST,
      commit: COMMIT,
      by: 'user:ada',
      at: '2026-11-29T11:58:00Z',
    },
  ],
  'Store.change.state': ['Progress of the change.', 'Live'],
  'Store.change.action': [
    'Kind of the change. Null for a commit that was made with plain Git.',
    'create',
  ],
  'Store.change.operation': ['Id of the operation that made the change, or null.', REQUEST],
  'Store.change.commit': ['Commit of the change, or null while it is not committed.', COMMIT],
  'Store.change.by': [
    'Subject of the request, or the Git author of a commit made with plain Git.',
    'user:ada',
  ],
  'Store.change.at': ['Commit time, RFC 3339.', '2026-11-29T11:58:00Z'],
  'Store.release': ['Release of `platform.yaml`: a named set of images and plugins.', '2026.11'],
  'Store.version': [
    'Versions that the rendered files carry.',
    { generator: '0.1.0', wordpress: '7.1.0', woocommerce: '11.1.0', mariadb: '11.8' },
  ],
  'Store.version.generator': ['Storewright version that rendered the files last.', '0.1.0'],
  'Store.version.wordpress': ['WordPress version of the release.', '7.1.0'],
  'Store.version.woocommerce': ['WooCommerce version of the release.', '11.1.0'],
  'Store.version.mariadb': ['MariaDB version of the release.', '11.8'],
  'Store.links': [
    'Addresses that belong to the store.',
    {
      self: '/api/v1/stores/my-shop',
      argo: null,
      commit: null,
      pullRequest: null,
      site: 'https://my-shop.shops.example.com',
      admin: 'https://my-shop.shops.example.com/wp-admin/',
    },
  ],
  'Store.links.self': ['This store in the API.', '/api/v1/stores/my-shop'],
  'Store.links.argo': [
    'The Application in the UI of Argo CD, or null without `ARGOCD_URL`.',
    'https://argocd.example.com/applications/argocd/store-my-shop',
  ],
  'Store.links.commit': [
    'The last commit on the Git host, or null where the host is unknown.',
    null,
  ],
  'Store.links.pullRequest': ['The open pull request of the store, or null.', null],
  'Store.links.site': ['Public address of the shop.', 'https://my-shop.shops.example.com'],
  'Store.links.admin': [
    'Address of the WordPress administration.',
    'https://my-shop.shops.example.com/wp-admin/',
  ],
  'Store.labels': ['Labels of the store, for filters.', { season: 'winter' }],
  'StoreWithGates.gates': [
    'Checks that must pass before the deletion of the store takes its next step. Empty for a store that is not deleted.',
    [],
  ],
  'ChangedStore.warnings': ['What the change did not do, and what to know about it.', []],
  'Condition.type': ['Fact that the condition is about.', 'Synced'],
  'Condition.status': ['Whether the fact holds.', 'True'],
  'Condition.reason': ['Machine word for the status.', 'Synced'],
  'Condition.message': ['Sentence for a person.', 'Argo CD applied the commit.'],
  'Condition.lastTransitionTime': [
    'Time of the last change of the status, RFC 3339.',
    '2026-11-29T11:59:00Z',
  ],
  'Warning.code': ['Machine word of the warning. It never changes once released.', 'volumes_kept'],
  'Warning.message': [
    'Sentence for a person.',
    'The volumes keep their size: the cluster does not enlarge volumes.',
  ],
  'Warning.pointer': ['Member that the warning is about, as an RFC 6901 fragment.', '#/plan'],
  'Change.commit': ['Commit id.', COMMIT],
  'Change.at': ['Commit time, RFC 3339.', '2026-11-29T11:58:00Z'],
  'Change.action': [
    'Kind of the change, or `git` for a commit that was made with plain Git.',
    'update',
  ],
  'Change.stores': ['Names of the stores that the commit touched.', ['my-shop']],
  'Change.summary': [
    'First line of the commit message.',
    'store(default/my-shop): update (plan small -> medium)',
  ],
  'Change.reason': ['Reason of the request, or null.', 'the sale begins'],
  'Change.requestedBy': [
    'Subject of the request, or the Git author of a commit made with plain Git.',
    'user:ada',
  ],
  'Change.requestId': ['Id of the request, or null for a commit made with plain Git.', REQUEST],
  'Change.source': ['Where the change came from.', 'cli'],
  'Change.reverts': ['Commit that this one reverts, or null.', null],
  'Change.revertedBy': ['Newest commit that reverts this one, or null.', null],
  'Change.result': ['Progress of the change. Null when it is about no store.', 'Live'],
  'Change.schemaChange': [
    'Data versions that the change raised. Data never goes back to an older version.',
    'woocommerce 11.1.0 -> 11.2.0',
  ],
  'Change.restorePoint': [
    'Name of the dump that is made before such a change, or null.',
    'upgrade-01JD8Z3K5V',
  ],
  'FileContent.path': ['Path below the folder of the store.', 'store.yaml'],
  'FileContent.bytes': ['Size in bytes.', 812],
  'FileContent.content': ['Text of the file.', 'apiVersion: storewright.dev/v1\n'],
  'Manifests.commit': ['Commit that the files belong to.', COMMIT],
  'Manifests.files': ['Files of the store at that commit.', []],
  'Manifests.truncated': ['True when files beyond 1,000 or 512 KiB were left out.', false],
  'Manifests.intent': ['`store.yaml` of that commit as data, or null when it is not valid.', null],
  'StoreFile.apiVersion': ['Version of the file format.', 'storewright.dev/v1'],
  'StoreFile.kind': ['Kind of the file.', 'Store'],
  'StoreFile.owner': ['Subject that created the store. It grants no permission.', 'user:ada'],
  'StoreFile.lifecycle': ['Lifecycle that Git declares.', { state: 'active' }],
  'StoreFile.lifecycle.state': ['State of the lifecycle.', 'active'],
  'StoreFile.lifecycle.since': [
    'Time of the last change of the state, RFC 3339.',
    '2026-11-29T11:58:00Z',
  ],
  'StoreFile.lifecycle.purgeAfter': [
    'Earliest time of the purge, RFC 3339.',
    '2026-12-06T11:58:00Z',
  ],
  'StoreFile.lifecycle.reason': ['Reason for the state.', 'the season is over'],
  'StoreFile.lifecycle.dataLossAccepted': [
    'True when a purge need not wait for the health of the store or for a backup.',
    true,
  ],
  'StoreFile.lifecycle.dueConfirmed': [
    'In state `purge`: an admin confirmed that the retention is over, so no clock is compared.',
    true,
  ],
  'StoreFile.queued': [
    'True while the store waits for a place among the stores that are being set up. Written by Storewright.',
    false,
  ],
  'StoreFile.storage.uploadsAccess': [
    'Access mode of the uploads volume: one node (`RWO`) or several (`RWX`).',
    'RWO',
  ],
  'StoreFile.storage.class': ["StorageClass of the volumes. Default: the cluster's.", 'standard'],
  'StoreFile.nonce': [
    'Counters that run a step again without any other change.',
    { retry: 0, credentials: 1, adminReset: 0 },
  ],
  'StoreFile.nonce.retry': ['Runs of the set-up after the first.', 0],
  'StoreFile.nonce.credentials': ['Revision of the database password.', 1],
  'StoreFile.nonce.adminReset': ['Resets of the admin password.', 0],
  'StoreFile.nonce.backup': ['Backups made by request.', 1],
  'StoreRef.team': ['Team of the store.', 'default'],
  'StoreRef.name': ['Name of the store.', 'my-shop'],
  'StoreFile.storage': [
    'Sizes of the volumes in GiB.',
    { uploads: 2, database: 2, uploadsAccess: 'RWO' },
  ],
  'StoreFile.site': [
    'Country, currency, language and time zone of the shop.',
    { country: 'DE', currency: 'EUR', locale: 'de_DE', timezone: 'Europe/Berlin' },
  ],
}
