import { reservedStoreNames } from '../domain/layout.ts'
import type { Members } from './reference.ts'

const COMMIT = '7c3e1f0a9b2d4c6e8f1a3b5d7c9e0f2a4b6c8d0e'
const SHA256 = '0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b1c'

/** Members of request bodies and of responses to writes, by component and path. */
export const writeMembers: Members = {
  'StoreCreate.name': [
    `Name of the store, unique over all teams. It becomes part of the host and cannot be changed. Reserved, beside names that start with kube- and those of platform.yaml: ${reservedStoreNames.join(', ')}.`,
    'my-shop',
  ],
  'StoreCreate.engine': ['Kind of shop. Only `woo` (WooCommerce) is available.', 'woo'],
  'StoreCreate.type': ['Alias of `engine`: `woocommerce`.', 'woocommerce'],
  'StoreCreate.plan': [
    'Plan of `platform.yaml` that sets the size. Default: `defaults.plan`.',
    'small',
  ],
  'StoreCreate.team': ['Team that owns the store. Default: `defaults.team`.', 'default'],
  'StoreCreate.namespace': ['Alias of `team`.', 'default'],
  'StoreCreate.title': ['Title of the shop. Default: made from the name.', 'My shop'],
  'StoreCreate.release': ['Release of `platform.yaml`. Default: `defaults.release`.', '2026.11'],
  'StoreCreate.cluster': [
    'Cluster that runs the store, by its name in Argo CD. It cannot be changed.',
    'in-cluster',
  ],
  'StoreCreate.admin': [
    'First administrator of the shop. The password is made in the cluster.',
    { user: 'shopkeeper' },
  ],
  'StoreCreate.admin.user': [
    'User name: 3 to 30 lower-case letters, digits, dots, hyphens or underscores, a letter first, and not `admin`.',
    'shopkeeper',
  ],
  'StoreCreate.admin.emailSecret': [
    "Secret in the store's namespace whose key `email` holds the address of the administrator.",
    'admin-email',
  ],
  'StoreCreate.adminUser': ['Alias of `admin.user`.', 'shopkeeper'],
  'StoreCreate.site': [
    'Country, currency, language and time zone of the shop.',
    { country: 'DE', currency: 'EUR' },
  ],
  'StoreCreate.site.country': ['Country of the shop, ISO 3166-1 alpha-2.', 'DE'],
  'StoreCreate.site.currency': ['Currency of the prices, ISO 4217.', 'EUR'],
  'StoreCreate.site.locale': ['WordPress locale.', 'de_DE'],
  'StoreCreate.site.timezone': ['IANA time zone.', 'Europe/Berlin'],
  'StoreCreate.sampleProduct': [
    'True creates one product, so that the shop can take an order at once.',
    true,
  ],
  'StoreCreate.autoSync': [
    'True lets Argo CD apply new commits without a person. Default: true.',
    true,
  ],
  'StoreCreate.storage': [
    "Sizes of the volumes in GiB. Default: the plan's. Volumes never shrink.",
    { uploads: 2 },
  ],
  'StoreCreate.storage.uploads': ['Volume for uploads, GiB.', 2],
  'StoreCreate.storage.database': ['Volume for the database, GiB.', 2],
  'StoreCreate.storage.backups': [
    'Volume for backups, GiB. Used when backups are kept on a volume.',
    2,
  ],
  'StoreCreate.secretsMode': [
    "Where passwords come from: made by a Job in the store's namespace, sealed for the cluster, or read by the External Secrets Operator.",
    'job',
  ],
  'StoreCreate.domains': [
    'Custom domains that point at the platform. The first becomes the primary host.',
    ['shop.example.com'],
  ],
  'StoreCreate.plugins': ['WordPress plugins to install, each with its checksum.', []],
  'StoreCreate.plugins[].slug': ['Name of the plugin on the plugin host.', 'woocommerce-services'],
  'StoreCreate.plugins[].version': ['Version to install.', '1.2.3'],
  'StoreCreate.plugins[].sha256': ['SHA-256 of the zip, 64 hex digits.', SHA256],
  'StoreCreate.themes': ['WordPress themes to install, each with its checksum.', []],
  'StoreCreate.themes[].slug': ['Name of the theme on the plugin host.', 'storefront'],
  'StoreCreate.themes[].version': ['Version to install.', '4.6.0'],
  'StoreCreate.themes[].sha256': ['SHA-256 of the zip, 64 hex digits.', SHA256],
  'StoreCreate.code': [
    '`immutable` runs only reviewed code. `writable` lets administrators install plugins in the shop.',
    'immutable',
  ],
  'StoreCreate.cache': ['True adds an object cache to the store.', false],
  'StoreCreate.smtp': [
    'True sends e-mail through the mail server of a Secret in the namespace.',
    false,
  ],
  'StoreCreate.egress': ['Outgoing connections of the shop.', { https: 'allow' }],
  'StoreCreate.egress.https': ['Whether the shop may reach the internet over HTTPS.', 'allow'],
  'StoreCreate.backup': [
    "Backups of this store. Default: the platform's.",
    { destination: 'pvc', retentionDays: 7 },
  ],
  'StoreCreate.backup.destination': [
    'Where backups are kept: nowhere, on a volume in the namespace, or in a bucket.',
    'pvc',
  ],
  'StoreCreate.backup.retentionDays': ['Days that a backup is kept.', 7],
  'StoreCreate.pin': [
    'Keeps the store out of rollouts until a day.',
    { until: '2026-12-27', reason: 'no changes before Christmas' },
  ],
  'StoreCreate.pin.until': ['Last day of the pin, ISO 8601.', '2026-12-27'],
  'StoreCreate.pin.reason': [
    'Reason of the pin, at least 10 characters.',
    'no changes before Christmas',
  ],
  'StoreCreate.origin': [
    'Store and dump that this store is a copy of.',
    { store: 'my-shop', restorePoint: 'daily-20261129', at: '2026-11-29T02:00:00Z' },
  ],
  'StoreCreate.origin.store': ['Name of the store that was copied.', 'my-shop'],
  'StoreCreate.origin.restorePoint': ['Name of the dump.', 'daily-20261129'],
  'StoreCreate.origin.at': ['Time of the dump, RFC 3339.', '2026-11-29T02:00:00Z'],
  'StoreCreate.quarantine': [
    'True keeps a copy from reaching customers: no e-mail and no payments leave it.',
    false,
  ],
  'StoreCreate.labels': [
    'Labels for filters, at most 20. Keys of Kubernetes and Storewright are reserved.',
    { season: 'winter' },
  ],
  'StoreCreate.reason': [
    'Reason of the request. It goes into the commit message.',
    'the sale begins',
  ],
  'StoreCreate.ticket': ['Ticket of the request. It goes into the commit message.', 'SHOP-12'],
  'StorePatch.force': ['True overwrites rendered files that were edited by hand.', false],
  'PreviewRequest.patch': ['Patch of an existing store to preview.', { plan: 'medium' }],
  'PreviewRequest.action': ['Step of the lifecycle of an existing store to preview.', 'suspend'],
  'Reason.reason': [
    'Reason of the request. It goes into the commit message.',
    'the season is over',
  ],
  'Reason.ticket': ['Ticket of the request. It goes into the commit message.', 'SHOP-12'],
  'Retry.what': [
    'Step to run again: set-up, a new database password, a new admin password, or a backup.',
    'init',
  ],
  'PurgeStore.confirm': ['Name of the store, typed by the person who deletes its data.', 'my-shop'],
  'PurgeStore.reason': [
    'Reason of the request. It goes into the commit message.',
    'the contract ended',
  ],
  'PurgeStore.ticket': ['Ticket of the request. It goes into the commit message.', 'SHOP-12'],
  'PurgeStore.acknowledgeDataLoss': [
    'True when no backup outlives the namespace and the data may be lost.',
    true,
  ],
  'PurgeStore.allowMassDelete': [
    'Accepted and without effect. A store counts against the mass-delete limit when it is deleted.',
    4,
  ],
  'RevertChange.commit': ['Commit to undo, or whose intent to restore.', COMMIT],
  'RevertChange.mode': [
    '`undo` reverts one change. `restore-to` restores the intent as it was at that commit.',
    'undo',
  ],
  'RevertChange.reason': [
    'Reason of the request, at least 10 characters.',
    'wrong plan for this shop',
  ],
  'RevertChange.dryRun': ['True returns what would change and writes nothing.', false],
  'AcceptRewrite.expectedHead': ['Head of the rewritten branch that was reviewed.', COMMIT],
  'AcceptRewrite.reason': [
    'Reason of the request, at least 10 characters.',
    'history was cleaned of a leaked file',
  ],
  'ReleaseDeletions.count': ['Number of stores that will be deleted, as the banner states it.', 4],
  'ReleaseDeletions.heldBy': [
    "`massDelete`: pushed deletions above the limit. `clock`: deletions that are due by this server's clock only.",
    'clock',
  ],
  'ReleaseDeletions.reason': [
    'Reason of the request, at least 10 characters.',
    'these shops were moved away',
  ],
  'ReleaseName.name': ['Name to release.', 'my-shop'],
  'ReleaseName.namespaceGone': [
    'Must be true: a person has checked that no cluster holds the namespace of that store.',
    true,
  ],
  'ReleaseName.reason': [
    'Reason of the request, at least 10 characters.',
    'the namespace was removed by hand',
  ],
  'NameReleased.revision': ['Commit that released the name.', COMMIT],
  'NameReleased.name': ['Name that was released.', 'my-shop'],
  'NameReleased.until': [
    'Time until which only the previous team may use the name, RFC 3339, or null when it is free.',
    null,
  ],
  'DeletionsReleased.revision': ['Commit that released the deletions.', COMMIT],
  'DeletionsReleased.released': ['Stores whose deletion continues.', []],
  'RewriteAccepted.revision': ['Head of the branch that was accepted.', COMMIT],
  'RewriteAccepted.vanished': ['Stores whose newest state is not in the rewritten branch.', []],
  'Reverted.commit': [
    'Commit of the revert, or null for a dry run and where nothing had to change.',
    COMMIT,
  ],
  'Reverted.store': ['The store after the revert.', undefined],
  'Reverted.changes': ['Members of the intent that change.', []],
  'Reverted.diff': ['What a dry run would commit. Null for a revert that was made.', undefined],
  'Reverted.warnings': ['What the revert does not undo.', []],
  'Reverted.warnings[].code': ['Machine word of the warning.', 'volumes_kept'],
  'Reverted.warnings[].message': ['Sentence for a person.', 'The volumes keep their size.'],
  'Reverted.warnings[].pointer': [
    'Member that the warning is about, as an RFC 6901 fragment.',
    '#/storage/uploads',
  ],
  'Reverted.effects': [
    'Costs of a dry run for a running store, worst first. Null for a revert that was made.',
    [],
  ],
  'FieldChange.pointer': ['Member of the intent, as an RFC 6901 fragment.', '#/plan'],
  'FieldChange.from': ['Value before, or null when it is not set.', 'small'],
  'FieldChange.to': ['Value after, or null when it is not set.', 'medium'],
  'Preview.files': [
    'Every file of the store after the write. Empty for a write that is about no single store.',
    [],
  ],
  'Preview.diff': ['Difference from what is committed. Null for a new store.', undefined],
  'Preview.warnings': ['What the write would not do, and what to know about it.', []],
  'Preview.effects': ['Costs for a running store, worst first. Null for a new store.', []],
  'Preview.impact': ['Where the store runs and how much it requests.', undefined],
  'Preview.impact.targetNamespace': ['Kubernetes namespace of the store.', 'store-my-shop'],
  'Preview.impact.host': ['Primary host of the store.', 'my-shop.shops.example.com'],
  'Preview.impact.requests': [
    'Requests of the long-running pods, as Kubernetes quantities.',
    { cpu: '200m', memory: '512Mi', storage: '4Gi' },
  ],
  'Preview.impact.requests.cpu': ['CPU that the pods request.', '200m'],
  'Preview.impact.requests.memory': ['Memory that the pods request.', '512Mi'],
  'Preview.impact.requests.storage': ['Sum of the volumes.', '4Gi'],
  'Preview.impact.stores': ['Stores of the platform after the write.', 3],
  'Preview.impact.maxStores': ['Most stores that the platform may have.', 10],
  'Preview.commits': ['Commits of the write, in order. Empty when nothing would be committed.', []],
  'Preview.writeMode': [
    'Whether the write commits to the branch or opens a pull request.',
    'direct',
  ],
  'PlannedCommit.team': ['Team of the store.', 'default'],
  'PlannedCommit.name': ['Name of the store.', 'my-shop'],
  'PlannedCommit.action': ['Kind of the change.', 'update'],
  'PlannedCommit.subject': [
    'First line of the commit message.',
    'store(default/my-shop): update (plan small -> medium)',
  ],
  'Effect.code': ['Machine word of the effect.', 'shop_restarts'],
  'Effect.message': ['Sentence for a person.', 'The shop restarts.'],
  'Effect.final': ['True when a revert of the change does not undo the effect.', false],
}
