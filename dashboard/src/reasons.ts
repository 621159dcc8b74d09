import type { Store } from '@storewright/contract/store.ts'
import { commands } from './strings.ts'

export interface ReasonText {
  /** Text for a machine-readable reason, without a full stop. */
  readonly title: string
  /** What the user can do. `null` if waiting is enough. */
  readonly next: string | null
  /** A command that shows more or fixes it. */
  readonly command?: (store: Store) => string
}

const wait = (title: string): ReasonText => ({ title, next: null })

/**
 * One entry per reason of a phase. test/parity/status.test.ts compares it with the list of the
 * domain, so that every reason has a text.
 */
export const reasons: Readonly<Record<string, ReasonText>> = {
  Queued: wait('Queued; starts automatically'),
  AwaitingReview: {
    title: 'Waiting for a review',
    next: 'Review and merge its pull request.',
  },
  ChecksFailed: {
    title: 'The checks of its pull request failed',
    next: 'Open the pull request and read the failed check.',
  },
  ReviewClosed: {
    title: 'Its pull request was closed without a merge',
    next: 'Send the request again if it was closed by mistake.',
  },
  Rendering: wait('Declared in Git, its manifests are being rendered'),
  InvalidSpec: {
    title: 'store.yaml is not valid',
    next: 'Correct store.yaml in the stores repo and push. What was rendered before stays applied.',
  },
  GeneratorBlocked: {
    title: 'Argo CD cannot read the stores repo; no store change is applied',
    next: 'Correct or revert the file it names. It blocks every store.',
    command: commands.applicationSet,
  },
  ApplicationInvalid: {
    title: 'Argo CD refuses this store’s Application',
    next: 'Read the message of the ApplicationSet; the AppProject may forbid the target.',
    command: commands.applicationSet,
  },
  WaitingForApplication: wait('Waiting for Argo CD to create its Application'),
  ApplicationMissing: {
    title: 'Argo CD has not created its Application',
    next: 'Check that the ApplicationSet is installed and can read the stores repo. Without a webhook Argo CD polls; a new store takes up to 6 minutes.',
    command: commands.applicationSet,
  },
  WaitingForGenerator: wait('Removed from Git; waiting for Argo CD'),
  CascadeRunning: wait('Argo CD is removing its objects'),
  AwaitingConfirmation: {
    title: 'Argo CD waits for a person to confirm the deletion',
    next: 'Confirm it, if its data may go.',
    command: commands.confirmDeletion,
  },
  DeletionError: {
    title: 'Argo CD cannot remove it',
    next: 'Look for an object that holds the deletion back.',
    command: commands.application,
  },
  Removed: wait('Removed'),
  Detached: {
    title: 'Runs on, but its folder left Git',
    next: 'Revert the commit that removed its folder to attach it again.',
  },
  SourceUnreachable: {
    title: 'Argo CD cannot be reached',
    next: 'The last known status is shown. Check the cluster and the network to it.',
    command: commands.argocdPods,
  },
  ControllerSilent: {
    title: 'Argo CD’s controller is silent',
    next: 'The last known status is shown. Check that its controller runs.',
    command: commands.argocdPods,
  },
  CannotCompare: {
    title: 'Argo CD cannot compare it with the cluster',
    next: 'The message names the manifest or the credential at fault.',
    command: commands.application,
  },
  Applying: wait('Argo CD is applying it'),
  Retrying: {
    title: 'An attempt failed, Argo CD tries again',
    next: 'Wait, or read the message: a manifest it refuses will be refused again.',
    command: commands.application,
  },
  BlockedByPreviousSync: {
    title: 'An earlier sync is still running and blocks this change',
    next: 'End the earlier sync if it hangs.',
    command: commands.terminate,
  },
  WaitingForRefresh: wait('Committed; waiting for Argo CD to pick it up'),
  WebhookMissing: {
    title: 'Argo CD has not picked up the commit for minutes',
    next: 'Without a webhook it polls every 2–3 minutes. Refresh it now, or connect the webhook (ARGOCD_WEBHOOK_URLS).',
    command: commands.refresh,
  },
  RevisionNotInClone: {
    title: 'Argo CD compares with a commit that the stores repo does not have',
    next: 'Was history rewritten, or does Argo CD read another repository?',
    command: commands.application,
  },
  SyncFailed: {
    title: 'Applying it failed',
    next: 'The message is Argo CD’s. Correct the cause in Git; every commit is tried again.',
    command: commands.application,
  },
  AutoSyncOff: {
    title: 'Committed, not applied: auto-sync is off',
    next: 'Set autoSync: true in its store.yaml, or sync it by hand in Argo CD.',
  },
  SyncWindow: {
    title: 'Committed, not applied: a sync window forbids it now',
    next: 'It is applied when the window opens.',
  },
  Pending: wait('Argo CD sees the difference and is about to apply it'),
  HealthNotReassessed: wait('Applied; waiting for Argo CD to assess its health'),
  FinalBackup: wait('The final backup is running'),
  BackupFailed: {
    title: 'The final backup failed',
    next: 'Its data stays until a backup succeeds. Read the log of the backup job.',
    command: commands.events,
  },
  ReadyToRemove: wait('Its folder can leave Git'),
  PurgeStuck: {
    title: 'The purge has waited for 30 minutes',
    next: 'Nothing was removed. Look at it in Argo CD, or purge it again and accept the loss of its data.',
    command: commands.events,
  },
  Degraded: {
    title: 'A part of it does not work',
    next: 'Look at its pods; when the set-up job failed, its log says why.',
    command: commands.pods,
  },
  ProgressDeadline: {
    title: 'It is not ready within the expected time',
    next: 'Images that cannot be pulled, volumes that stay pending and full quotas show in the events.',
    command: commands.events,
  },
  Starting: wait('Its parts are starting: database, set-up job, WordPress, address'),
  HealthUnknown: {
    title: 'Argo CD cannot tell its health',
    next: 'Look at the Application.',
    command: commands.application,
  },
  Suspended: wait('Off, data and address are kept'),
  SoftDeleted: wait('Deleted, nothing runs any more'),
  PausedInCluster: {
    title: 'Paused in the cluster, not by Git',
    next: 'An object was paused by hand. Git does not declare that.',
    command: commands.pods,
  },
  Settling: wait('Healthy; confirming that it is stable'),
  Serving: wait('Serving'),
  PathMissing: {
    title: 'Argo CD does not find its folder in the stores repo',
    next: 'Revert the commit that removed its manifests to attach it again.',
    command: commands.application,
  },
  RepoUnreachable: {
    title: 'Argo CD cannot read the stores repo',
    next: 'Check the repository’s credentials in Argo CD, and the network of its repo-server.',
    command: commands.argocdPods,
  },
  SharedResource: {
    title: 'One of its objects belongs to another Application',
    next: 'The message names both. Remove the object from one of them in Git.',
    command: commands.application,
  },
  NotPermitted: {
    title: 'The AppProject does not permit one of its objects',
    next: 'The message names the kind or the namespace. Take it out, or widen the project.',
    command: commands.application,
  },
  ImmutableField: {
    title: 'A change needs a field that Kubernetes does not let change',
    next: 'Revert the change; a generator that makes it should be reported.',
    command: commands.application,
  },
  CRDMissing: {
    title: 'The cluster does not know a kind it needs',
    next: 'Install its resource type, or choose a mode of secrets or exposure that does without.',
    command: commands.application,
  },
  ImagePull: {
    title: 'An image cannot be pulled',
    next: 'Check its name, the registry and the pull secret, or revert the change.',
    command: commands.pods,
  },
  QuotaExceeded: {
    title: 'The plan has no room for one of its pods',
    next: 'Choose a larger plan.',
    command: commands.events,
  },
  VolumePending: {
    title: 'A volume is not there yet',
    next: 'Check the storage class and its provisioner.',
    command: commands.events,
  },
  Unschedulable: {
    title: 'No node has room for one of its pods',
    next: 'Add a node, or free what others hold.',
    command: commands.events,
  },
  SecretNotReady: {
    title: 'Its credentials are not there',
    next: 'Read the log of its secrets job, or the state of its sealed or external secrets.',
    command: commands.events,
  },
  InitJobFailed: {
    title: 'The set-up job failed',
    next: 'Read its log. Maintenance → Run set-up again repeats it.',
    command: commands.pods,
  },
  BackupFailing: {
    title: 'Its backups fail',
    next: 'Read the log of the last backup job; a purge waits for a good one.',
    command: commands.pods,
  },
  RouteRejected: {
    title: 'The gateway refuses its route',
    next: 'Check parentRef and listener of its HTTPRoute against the Gateway.',
    command: commands.events,
  },
  IngressNoAddress: {
    title: 'Everything runs, but its address has no load balancer',
    next: 'Set publishedService in Traefik, or on one machine apply argocd/settings/argocd-cm-local.yaml.',
    command: commands.events,
  },
  DatabaseNotReady: {
    title: 'The database does not become ready',
    next: 'Read the log of its pod.',
    command: commands.databaseLog,
  },
  PodFailing: {
    title: 'A pod fails again and again',
    next: 'Read its log.',
    command: commands.pods,
  },
  NamespaceTerminating: {
    title: 'An object holds its deletion back',
    next: 'The message names the object. Its controller, or an administrator, must remove the finalizer.',
    command: commands.events,
  },
}

/** Text for a reason. An unknown reason of a newer server is spelled out. */
export function reasonText(reason: string): ReasonText {
  return reasons[reason] ?? wait(reason.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase())
}
