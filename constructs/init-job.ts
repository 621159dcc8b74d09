import { Construct } from 'constructs'
import { compute, container, pod } from './hardened.ts'
import { hash8 } from './hash.ts'
import { k8s } from './kube.ts'
import { metadata, type StoreIdentity, templateLabels } from './metadata.ts'
import type { WooStoreProps } from './props.ts'
import { INIT_SETTINGS, settingsOf } from './settings.ts'
import {
  besideUploads,
  codeContainer,
  mountedContent,
  SHOP_UID,
  shopEnvironment,
  shopMounts,
  shopVolumes,
  USES_UPLOADS,
  waitContainer,
} from './shop-pod.ts'
import { mount, secretVolume } from './volumes.ts'

const SCRIPTS = ['code.sh', 'init.sh', 'settings.php', 'unzip.php', 'wait.php'] as const
export const INIT_COMPUTE = compute(100, 128, 1000, 384)

/**
 * Installs WordPress and WooCommerce, activates, applies settings. Idempotent, so that a retry or a new release
 * runs it again. Its spec is immutable, so the name carries a hash of everything that goes into it; no TTL:
 * Argo CD would re-create what a TTL removed, for ever (argo-cd issue 8586).
 */
export class InitJob extends Construct {
  constructor(scope: Construct, id: string, store: StoreIdentity, props: WooStoreProps) {
    super(scope, id)
    const spec: k8s.JobSpec = {
      backoffLimit: 6,
      activeDeadlineSeconds: props.initDeadlineSeconds,
      template: {
        metadata: { labels: { ...templateLabels(store, 'wp-init'), ...USES_UPLOADS } },
        spec: podSpec(store, props),
      },
    }
    const content = mountedContent(SCRIPTS, settingsOf(props))
    new k8s.KubeJob(this, 'Job', {
      metadata: metadata(store, `wp-init-${hash8({ spec, content })}`, { component: 'wp-init' }),
      spec,
    })
  }
}

function podSpec(store: StoreIdentity, props: WooStoreProps): k8s.PodSpec {
  return pod({
    uid: SHOP_UID,
    restartPolicy: 'Never',
    graceSeconds: 5,
    affinity: besideUploads(store),
    initContainers: [codeContainer(props), waitContainer(props, 'db')],
    containers: [initContainer(props)],
    volumes: [...shopVolumes(SCRIPTS, INIT_SETTINGS), secretVolume('admin', 'wp-admin')],
  })
}

function initContainer(props: WooStoreProps): k8s.Container {
  return container({
    name: 'init',
    image: props.images.wordpressCli,
    uid: SHOP_UID,
    resources: INIT_COMPUTE,
    command: ['bash', '/scripts/init.sh'],
    env: { ...shopEnvironment(props), HOME: '/tmp', RETRY: String(props.nonce.retry) },
    mounts: [
      ...shopMounts(),
      mount('settings', '/settings', { readOnly: true }),
      mount('admin', '/secrets/admin', { readOnly: true }),
    ],
  })
}
