import { BACKUP_COMPUTE } from './backup.ts'
import { container } from './hardened.ts'
import type { k8s } from './kube.ts'
import type { BackupProps, OriginProps, WooStoreProps } from './props.ts'
import { SHOP_UID, uploadsMount } from './uploads.ts'
import { emptyDir, mount } from './volumes.ts'

type Bucket = Extract<BackupProps, { destination: 's3' }>

/** A copy starts from a dump in a bucket and needs both an origin and a bucket. */
export function cloneSource({ origin, backup }: WooStoreProps): [OriginProps, Bucket] | null {
  return origin !== null && backup.destination === 's3' ? [origin, backup] : null
}

/**
 * Fetches the dump and the uploads of the original store and loads them. The dump is loaded only
 * into a database without tables, so that a later run cannot overwrite orders (mariadb-operator
 * issue 1677).
 */
export function cloneContainers(props: WooStoreProps): readonly k8s.Container[] {
  const source = cloneSource(props)
  if (source === null) return []
  const [origin, bucket] = source
  const shared = { uid: SHOP_UID, resources: BACKUP_COMPUTE }
  const scratch = [
    mount('restore', '/restore'),
    mount('tmp', '/tmp'),
    mount('scripts', '/scripts', { readOnly: true }),
  ]
  return [
    container({
      ...shared,
      name: 'fetch',
      image: bucket.rcloneImage,
      command: ['sh', '/scripts/fetch.sh'],
      env: {
        BUCKET: bucket.bucket,
        ORIGIN_STORE: origin.store,
        RESTORE_POINT: origin.restorePoint,
      },
      mounts: [
        ...scratch,
        uploadsMount(props, '/uploads'),
        mount('target', '/secrets/backup', { readOnly: true }),
      ],
    }),
    container({
      ...shared,
      name: 'load',
      image: props.images.mariadb,
      command: ['bash', '/scripts/load.sh'],
      env: { RESTORE_POINT: origin.restorePoint },
      mounts: [...scratch, mount('db', '/secrets/db', { readOnly: true })],
    }),
  ]
}

export function cloneVolumes(props: WooStoreProps): readonly k8s.Volume[] {
  return cloneSource(props) === null ? [] : [emptyDir('restore', 4096)]
}
