import { Construct } from 'constructs'
import { backupVolumes, dumpContainer, storeContainer } from './backup.ts'
import { cloneContainers, cloneSource, cloneVolumes } from './clone.ts'
import { compute, container, pod } from './hardened.ts'
import { hash8 } from './hash.ts'
import type { k8s } from './kube.ts'
import { metadata, type StoreIdentity, templateLabels } from './metadata.ts'
import { KubeJob } from './objects.ts'
import type { WooStoreProps } from './props.ts'
import { INIT_SETTINGS, settingsOf } from './settings.ts'
import {
  codeContainer,
  mountedContent,
  releaseHash,
  shopEnvironment,
  shopMounts,
  shopVolumes,
  waitContainer,
} from './shop-pod.ts'
import type { ScriptName } from './static-files.ts'
import { besideUploads, SHOP_UID, USES_UPLOADS } from './uploads.ts'
import { mount, secretVolume } from './volumes.ts'

/** Only the scripts that the Job mounts, because its name covers their content. */
function scriptsOf(props: WooStoreProps): readonly ScriptName[] {
  return [
    'code.sh',
    'init.sh',
    'settings.php',
    'unzip.php',
    'wait.php',
    ...(props.backup.destination === 'none' ? [] : (['dump.sh', 'store.sh'] as const)),
    ...(cloneSource(props) === null ? [] : (['fetch.sh', 'load.sh'] as const)),
  ]
}

export const INIT_COMPUTE = compute(100, 128, 1000, 384)

/**
 * Installs WordPress and WooCommerce, activates them and applies settings. It is idempotent, so a
 * retry or a new release runs it again. A Job template is immutable, so the name carries a hash of
 * its content. The deadline is mutable (kubernetes pkg/apis/batch/validation,
 * ValidateJobSpecUpdate) and not part of the hash, so a new plan causes no new run. There is no
 * TTL, because Argo CD would re-create the removed Job forever (argo-cd issue 8586).
 */
export class InitJob extends Construct {
  constructor(scope: Construct, id: string, store: StoreIdentity, props: WooStoreProps) {
    super(scope, id)
    const template: k8s.PodTemplateSpec = {
      metadata: { labels: { ...templateLabels(store, 'wp-init'), ...USES_UPLOADS } },
      spec: podSpec(store, props),
    }
    const content = mountedContent(scriptsOf(props), settingsOf(props))
    new KubeJob(this, 'Job', {
      metadata: metadata(store, `wp-init-${hash8({ template, content })}`, {
        component: 'wp-init',
      }),
      spec: { backoffLimit: 6, activeDeadlineSeconds: props.initDeadlineSeconds, template },
    })
  }
}

function podSpec(store: StoreIdentity, props: WooStoreProps): k8s.PodSpec {
  const { emailSecret } = props.settings
  return pod({
    uid: SHOP_UID,
    restartPolicy: 'Never',
    graceSeconds: 5,
    ...besideUploads(store, props),
    initContainers: [
      codeContainer(props),
      waitContainer(props, 'db'),
      ...restorePointContainers(props),
      ...cloneContainers(props),
    ],
    containers: [initContainer(props)],
    volumes: [
      ...shopVolumes(props, scriptsOf(props), INIT_SETTINGS),
      secretVolume('admin', 'wp-admin'),
      ...(props.backup.destination === 'none' ? [] : backupVolumes(props.backup)),
      ...cloneVolumes(props),
      ...(emailSecret === null ? [] : [secretVolume('email', emailSecret, ['email'])]),
    ],
  })
}

/**
 * Dumps an existing database before a new release changes it. A revert across the release needs the
 * dump.
 */
function restorePointContainers(props: WooStoreProps): readonly k8s.Container[] {
  const { backup } = props
  if (backup.destination === 'none') return []
  const release = releaseHash(props)
  const dump = dumpContainer(props, backup, `pre-${release}`, release)
  return backup.destination === 's3' ? [dump, storeContainer(props, backup, 'dumps')] : [dump]
}

function initContainer(props: WooStoreProps): k8s.Container {
  const { emailSecret } = props.settings
  return container({
    name: 'init',
    image: props.images.wordpressCli,
    uid: SHOP_UID,
    resources: INIT_COMPUTE,
    command: ['bash', '/scripts/init.sh'],
    env: { ...shopEnvironment(props), HOME: '/tmp', RETRY: String(props.nonce.retry) },
    mounts: [
      ...shopMounts(props),
      mount('settings', '/settings', { readOnly: true }),
      mount('admin', '/secrets/admin', { readOnly: true }),
      ...(emailSecret === null ? [] : [mount('email', '/secrets/email', { readOnly: true })]),
    ],
  })
}
