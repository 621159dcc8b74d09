import type { Change, Store } from '@storewright/contract/store.ts'
import type {
  Action,
  ChangeState,
  ConditionType,
  Health,
  Phase,
  Sync,
} from '@storewright/contract/words.ts'

/** Texts for users. Codes (phase, reason, code) are looked up here and never shown alone. */

export const product = 'Storewright'

export const simulatedReason =
  'Simulated: no cluster runs this store, so its address does not open.'

/** Sentence for a phase whose reason has none. */
export const phaseSentence: Record<Phase, string> = {
  Failed: 'It could not be applied',
  Degraded: 'A part of it is not working',
  Detached: 'Runs, but Git no longer declares it',
  Unknown: 'Status is not known',
  Progressing: 'Its parts are starting',
  Syncing: 'Argo CD is applying it',
  Committed: 'Committed; waiting for Argo CD to pick it up',
  Requested: 'Accepted, not yet in Git',
  Deleting: 'It is being removed',
  Suspended: 'Off; data is kept',
  SoftDeleted: 'Deleted; data is kept for now',
  Deleted: 'Removed',
  Ready: 'Serving',
}

export const phaseLabel: Record<Phase, string> = {
  Failed: 'Failed',
  Degraded: 'Degraded',
  Detached: 'Detached',
  Unknown: 'Unknown',
  Progressing: 'Progressing',
  Syncing: 'Syncing',
  Committed: 'Committed',
  Requested: 'Requested',
  Deleting: 'Deleting',
  Suspended: 'Suspended',
  SoftDeleted: 'Deleted',
  Deleted: 'Removed',
  Ready: 'Ready',
}

/** Explanations of Argo CD's words, shown as tooltips. */
export const healthSentence: Record<Health, string> = {
  Missing: 'Argo CD: objects that Git declares do not exist in the cluster',
  Degraded: 'Argo CD: a part has failed',
  Unknown: 'Argo CD: health is not assessed',
  Progressing: 'Argo CD: not healthy yet, can still become so',
  Suspended: 'Argo CD: paused',
  Healthy: 'Argo CD: every part is healthy',
}

export const syncSentence: Record<Sync, string> = {
  Synced: 'Argo CD: the cluster holds what Git declares',
  OutOfSync: 'Argo CD: the cluster differs from Git',
  Unknown: 'Argo CD: not compared yet',
}

export const conditionLabel: Record<ConditionType, string> = {
  Committed: 'Committed',
  Observed: 'Seen by Argo CD',
  Synced: 'Synced',
  Healthy: 'Healthy',
  Reachable: 'Reachable',
}

const actionWords: Record<string, string> = {
  create: 'Created',
  update: 'Changed',
  suspend: 'Suspended',
  resume: 'Resumed',
  delete: 'Deleted',
  restore: 'Restored',
  purge: 'Purged',
  remove: 'Removed',
  render: 'Manifests regenerated',
  revert: 'Reverted',
  rollout: 'Rolled out',
  clone: 'Cloned',
  retry: 'Maintenance task',
  git: 'Made in Git',
}

/** `Created`, `Deleted` … for the trailer `Action`. Unknown actions are shown unchanged. */
export function actionLabel(action: string | null): string {
  return actionWords[action ?? 'git'] ?? action ?? 'Made in Git'
}

/** `Create`, `Change` … for the requested action, done or not. */
export function requestLabel(kind: Action): string {
  return kind === 'update' ? 'Change' : `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`
}

const sourceWords: Record<Change['source'], string> = {
  dashboard: 'dashboard',
  api: 'API',
  cli: 'storectl',
  'pull-request': 'pull request',
  git: 'git push',
}

export const sourceLabel = (source: Change['source']): string => sourceWords[source]

/** Progress of a request. */
export const changeStateLabel: Record<ChangeState, string> = {
  Requested: 'Accepted, not yet in Git',
  InReview: 'In review',
  Committed: 'In Git, not applied yet',
  Synced: 'Applied',
  Live: 'Live',
  Rejected: 'Rejected',
  CommitFailed: 'Not committed',
  Closed: 'Cancelled',
}

const resultWords: Record<NonNullable<Change['result']>, string> = {
  Committed: 'In Git, not applied yet',
  Synced: 'Applied',
  Live: 'Live',
  Superseded: 'Replaced by a later change',
}

export const resultLabel = (result: NonNullable<Change['result']>): string =>
  resultWords[result] ?? result

/** Commands to copy. Names are DNS labels by contract, so they need no quotes. */
export const commands = {
  adminPassword: ({ targetNamespace }: Store) =>
    `kubectl get secret wp-admin -n ${targetNamespace} -o jsonpath='{.data.password}' | base64 -d`,
  portForward: ({ targetNamespace }: Store) =>
    `kubectl port-forward -n ${targetNamespace} service/wordpress 8081:80`,
  pods: ({ targetNamespace }: Store) => `kubectl get pods -n ${targetNamespace}`,
  events: ({ targetNamespace }: Store) =>
    `kubectl get events -n ${targetNamespace} --sort-by=.lastTimestamp`,
  databaseLog: ({ targetNamespace }: Store) =>
    `kubectl logs -n ${targetNamespace} statefulset/mariadb --all-containers --tail 100`,
  application: ({ targetNamespace }: Store) =>
    `kubectl describe application ${targetNamespace} -n argocd`,
  applicationSet: () =>
    'kubectl describe applicationset -l app.kubernetes.io/managed-by=storewright -n argocd',
  argocdPods: () => 'kubectl get pods -n argocd',
  terminate: ({ targetNamespace }: Store) => `argocd app terminate-op ${targetNamespace}`,
  confirmDeletion: ({ targetNamespace }: Store) => `argocd app confirm-deletion ${targetNamespace}`,
  /** Reverts the commit that removed a store's folder. */
  reattach: (commit: string) => `git revert --no-edit ${commit} && git push`,
  refresh: ({ targetNamespace }: Store) => `argocd app get ${targetNamespace} --refresh`,
} as const

/** Banner codes of `GET /platform` that block writes. */
export const writeStops = ['history_rewritten', 'git_unavailable', 'git_auth'] as const
