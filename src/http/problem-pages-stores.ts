import type { ProblemPage } from './problem-pages.ts'

/** Problems of a store: what it is, what its rules allow, what was done to it. */
export const storePages = {
  store_not_found: {
    means: 'There is no store of this name, or it belongs to a team that you may not see.',
    steps: [
      'Run `storectl list` to see the stores, and add `?deleted=include` to the request to see deleted ones.',
      'Run `storectl whoami` to see your teams.',
    ],
  },
  commit_not_found: {
    means:
      'The stores repo has no such commit on its branch, or the commit never touched this store.',
    steps: ['Use a full commit id from `storectl history NAME`.'],
  },
  operation_not_found: {
    means: 'No request with this id was committed in the last 25 hours.',
    steps: ['Look for older changes with `storectl audit`.'],
  },
  token_not_found: {
    means: 'The file of tokens has no such id, or it was revoked already.',
    steps: ['Run `storectl token list` where the file is, to see every id.'],
  },
  check_not_found: {
    means: 'There is no check of this name.',
    steps: ['Run `storectl doctor` to see every check.'],
  },
  name_taken: {
    means:
      'Another store has this name. Names are unique over all teams, because the name is part of the address and of the namespace.',
    steps: ['Choose another name.'],
  },
  name_quarantined: {
    means:
      'A removed store had this name. It stays reserved for its team for some days, because links and customers may still point at it.',
    steps: [
      'Choose another name, or wait until the time in the answer.',
      'A member of the team that had the name can use it again at once.',
    ],
  },
  name_reserved: {
    means: 'The platform keeps this name for itself, such as `www` or `api`.',
    steps: ['Choose another name. `reservedNames` in platform.yaml adds more.'],
  },
  conflict: {
    means:
      'The store was changed while the request waited, or the state that the request was made for is no longer there.',
    steps: ['Read the store again, look at the other change, and repeat yours.'],
  },
  store_modified: {
    means:
      'The rendered files of this store were edited in Git. A change would overwrite the edit unnoticed.',
    steps: [
      'Look at the edit with `storectl diff NAME`.',
      'Revert it in Git and make the change through store.yaml or this API.',
      'Or render the store again with `storectl render NAME`, which discards the edit.',
    ],
  },
  lifecycle_conflict: {
    means:
      'The store is suspended, deleted or being purged, and this change needs another state. `detail` names the state.',
    steps: [
      'A deleted store comes back with `storectl restore NAME`, until its data is purged.',
      'A suspended store runs again after `storectl resume NAME`.',
    ],
  },
  purge_stuck: {
    means:
      'A purge has waited for more than 30 minutes. Argo CD could not delete everything, or the final backup did not finish. Nothing is removed from Git before the cluster confirms it.',
    steps: [
      'Open the Application of the store in Argo CD. An object with a finalizer is the usual cause.',
      'Remove what blocks it. The purge continues by itself.',
      'If the data may be lost, run `storectl purge NAME --yes --accept-data-loss`.',
    ],
  },
  revert_conflict: {
    means: 'A later change touched the same values, so undoing this one would undo a part of both.',
    steps: [
      'Revert the later change first.',
      'Or go back to the whole state before: `storectl revert NAME COMMIT --restore-to`.',
    ],
  },
  revert_crosses_schema: {
    means:
      'Between that commit and now, the database was upgraded. Older code cannot read the newer data.',
    steps: [
      'Go forward to a newer release instead.',
      'Or restore the dump that was made before the upgrade. The history names it.',
    ],
  },
  store_limit_reached: {
    means:
      'A limit of the platform, the team, the plan or the cluster is reached. `scope` says which.',
    steps: [
      'Delete a store that is not needed.',
      'Or raise the limit in platform.yaml of the stores repo, through a review.',
    ],
  },
  mass_delete_brake: {
    means:
      'More stores would be deleted within an hour than the platform allows. This stops a script or a wrong revert from removing the fleet.',
    steps: [
      'Check that all of them are meant to go. The answer says how many.',
      'Wait until the hour is over, or let an administrator approve the number with a reason.',
      'Deletions that were pushed to Git wait until `storectl release-deletions` releases them.',
    ],
  },
  invalid_store: {
    means:
      'The store does not fit the platform: a plan, release, domain, size or option that platform.yaml does not offer. `errors` lists each one.',
    steps: [
      'Correct what `errors` names.',
      'Look at what the platform offers with `GET /api/v1/platform`.',
      'If a release has placeholders instead of digests, run `storectl release resolve` in a clone of the stores repo, then commit and push platform.yaml.',
    ],
  },
  grow_only: {
    means:
      'Volumes cannot shrink, and a database cannot go back to an older version without losing data.',
    steps: [
      'Use the current size or more, and a release with the same or newer versions.',
      'To move to a smaller volume, create a copy from a backup.',
    ],
  },
  engine_not_available: {
    means: 'This version runs WooCommerce shops only.',
    steps: ['Leave `engine` out, or use `woo`.'],
  },
  data_loss_unacknowledged: {
    means:
      'A purge deletes the data of the shop for good, and no backup outside the cluster is known.',
    steps: [
      'Make a backup first, if the data may be needed.',
      'Then run `storectl purge NAME --yes --accept-data-loss`.',
    ],
  },
  status_unavailable: {
    means:
      'The cluster or Argo CD cannot be asked now, so live details are missing. What Git declares is still shown, and writes still work.',
    steps: [
      'Run `storectl doctor`, which tests each connection and names what to fix.',
      'Check `KUBECONFIG`, or `ARGOCD_URL` and `ARGOCD_TOKEN`.',
    ],
  },
} as const satisfies Record<string, ProblemPage>
