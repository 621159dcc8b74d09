import { reservedStoreNames } from '../domain/layout.ts'
import type { Members } from './reference.ts'

const COMMIT = '7c3e1f0a9b2d4c6e8f1a3b5d7c9e0f2a4b6c8d0e'

/**
 * Members of request bodies and of responses to writes, by component and path. The table of store
 * options describes the options of a store.
 */
export const writeMembers: Members = {
  'StoreCreate.name': [
    `Name of the store, unique over all teams. It becomes part of the host and cannot be changed. Reserved, beside names that start with kube- and those of platform.yaml: ${reservedStoreNames.join(', ')}.`,
    'my-shop',
  ],
  'StoreCreate.engine': ['Kind of shop. Only `woo` (WooCommerce) is available.', 'woo'],
  'StoreCreate.type': ['Alias of `engine`: `woocommerce`.', 'woocommerce'],
  'StoreCreate.team': ['Team that owns the store. Default: `defaults.team`.', 'default'],
  'StoreCreate.namespace': ['Alias of `team`.', 'default'],
  'StoreCreate.adminUser': ['Alias of `admin.user`.', 'shopkeeper'],
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
