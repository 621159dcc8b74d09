import { Construct } from 'constructs'
import { compute, container, pod } from './hardened.ts'
import { hash8 } from './hash.ts'
import type { k8s } from './kube.ts'
import { claimSpec } from './mariadb.ts'
import { metadata, type StoreIdentity, templateLabels } from './metadata.ts'
import { KubeCronJob, KubeJob, KubePersistentVolumeClaim } from './objects.ts'
import type { BackupProps, WooStoreProps } from './props.ts'
import { scripts } from './static-files.ts'
import { besideUploads, SHOP_UID, uploadsMount, uploadsVolume, USES_UPLOADS } from './uploads.ts'
import { claim, emptyDir, mount, scriptsVolume, secretVolume } from './volumes.ts'

export const BACKUP_COMPUTE = compute(50, 64, 250, 192)
const SCRIPTS = ['dump.sh', 'store.sh'] as const

/** An enabled backup with its destination and schedule. */
export type ActiveBackup = Exclude<BackupProps, { destination: 'none' }>

/**
 * Returns whether a last backup precedes a purge. A dump on a volume would be deleted with the
 * namespace.
 */
export function finalBackupDue({ backup, lifecycle }: WooStoreProps): boolean {
  return lifecycle === 'purge' && backup.destination === 's3'
}

/**
 * Dumps the database and copies the uploads. It runs on schedule, once while `nonce.backup` is
 * above 0, and a last time before a purge. Unlike `wp-cron`, a failed backup affects the health of
 * the store.
 */
export class Backup extends Construct {
  constructor(scope: Construct, id: string, store: StoreIdentity, props: WooStoreProps) {
    super(scope, id)
    const { backup } = props
    if (backup.destination === 'none') return
    if (backup.destination === 'pvc') {
      new KubePersistentVolumeClaim(this, 'Claim', {
        metadata: metadata(store, 'backups', { component: 'backup', protect: true }),
        spec: claimSpec(backup.sizeGi, props.storage.className),
      })
    }
    this.#cron(store, props, backup)
    if (finalBackupDue(props)) this.#job(store, props, backup, 'final')
    else if (props.lifecycle === 'active' && props.nonce.backup > 0) {
      this.#job(store, props, backup, 'manual')
    }
  }

  #cron(store: StoreIdentity, props: WooStoreProps, backup: ActiveBackup): void {
    new KubeCronJob(this, 'CronJob', {
      metadata: metadata(store, 'backup'),
      spec: {
        schedule: backup.schedule,
        timeZone: 'Etc/UTC',
        concurrencyPolicy: 'Forbid',
        startingDeadlineSeconds: 21_600,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
        suspend: props.lifecycle !== 'active',
        jobTemplate: {
          metadata: { labels: templateLabels(store, 'backup') },
          spec: jobSpec(store, props, backup, 'daily', 1),
        },
      },
    })
  }

  #job(
    store: StoreIdentity,
    props: WooStoreProps,
    backup: ActiveBackup,
    kind: 'manual' | 'final',
  ): void {
    const name = `${kind}-${hash8({ store: props.name, backup: props.nonce.backup })}`
    const spec = jobSpec(store, props, backup, name, 2)
    const content = SCRIPTS.map((script) => [script, scripts[script]])
    new KubeJob(this, 'Job', {
      metadata: metadata(store, `backup-${hash8({ spec, content })}`, { component: 'backup' }),
      spec,
    })
  }
}

function jobSpec(
  store: StoreIdentity,
  props: WooStoreProps,
  backup: ActiveBackup,
  dumpName: string,
  backoffLimit: number,
): k8s.JobSpec {
  return {
    backoffLimit,
    activeDeadlineSeconds: 3600,
    template: {
      metadata: { labels: { ...templateLabels(store, 'backup'), ...USES_UPLOADS } },
      spec: pod({
        uid: SHOP_UID,
        restartPolicy: 'Never',
        graceSeconds: 5,
        ...besideUploads(store, props),
        initContainers: [dumpContainer(props, backup, dumpName)],
        containers: [storeContainer(props, backup)],
        volumes: [
          ...backupVolumes(backup),
          uploadsVolume(props),
          emptyDir('tmp', 1024),
          scriptsVolume(SCRIPTS),
          secretVolume('db', 'db-credentials', ['password']),
        ],
      }),
    },
  }
}

/**
 * Dumps into `/backups`, but never an empty database. With `release`, only if the database has
 * another release.
 */
export function dumpContainer(
  props: WooStoreProps,
  backup: ActiveBackup,
  dumpName: string,
  release?: string,
): k8s.Container {
  return container({
    name: 'dump',
    image: props.images.mariadb,
    uid: SHOP_UID,
    resources: BACKUP_COMPUTE,
    command: ['bash', '/scripts/dump.sh'],
    env: {
      DUMP_NAME: dumpName,
      RETENTION_DAYS: String(backup.retentionDays),
      ...(release === undefined ? {} : { UNLESS_RELEASE: release }),
    },
    mounts: [
      mount('backups', '/backups'),
      mount('tmp', '/tmp'),
      mount('scripts', '/scripts', { readOnly: true }),
      mount('db', '/secrets/db', { readOnly: true }),
    ],
  })
}

/** Copies dumps and uploads to the destination. */
export function storeContainer(
  props: WooStoreProps,
  backup: ActiveBackup,
  what: 'all' | 'dumps' = 'all',
): k8s.Container {
  const s3 = backup.destination === 's3'
  return container({
    name: 'store',
    image: s3 ? backup.rcloneImage : props.images.mariadb,
    uid: SHOP_UID,
    resources: BACKUP_COMPUTE,
    command: ['sh', '/scripts/store.sh'],
    env: {
      DESTINATION: backup.destination,
      RETENTION_DAYS: String(backup.retentionDays),
      STORE_NAME: props.name,
      WHAT: what,
      ...(s3 ? { BUCKET: backup.bucket } : {}),
    },
    mounts: [
      mount('backups', '/backups'),
      uploadsMount(props, '/uploads', true),
      mount('tmp', '/tmp'),
      mount('scripts', '/scripts', { readOnly: true }),
      ...(s3 ? [mount('target', '/secrets/backup', { readOnly: true })] : []),
    ],
  })
}

/** Volumes for dumps: the store's volume, or scratch space on the way to the bucket. */
export function backupVolumes(backup: ActiveBackup): readonly k8s.Volume[] {
  if (backup.destination === 'pvc') return [claim('backups', 'backups')]
  return [emptyDir('backups', 4096), secretVolume('target', backup.secretName, ['rclone.conf'])]
}
