import { Construct } from 'constructs'
import { compute, container, pod } from './hardened.ts'
import { firstByte } from './hash.ts'
import type { k8s } from './kube.ts'
import { metadata, type StoreIdentity, templateLabels } from './metadata.ts'
import { KubeCronJob } from './objects.ts'
import type { WooStoreProps } from './props.ts'
import { SHOP_UID } from './uploads.ts'
import { emptyDir, mount, scriptsVolume } from './volumes.ts'

export const CRON_COMPUTE = compute(10, 16, 100, 64)

/**
 * Calls wp-cron.php every five minutes. The minute depends on the store's name, so that stores do
 * not run in sync.
 */
export class Cron extends Construct {
  constructor(scope: Construct, id: string, store: StoreIdentity, props: WooStoreProps) {
    super(scope, id)
    new KubeCronJob(this, 'CronJob', {
      metadata: metadata(store, 'wp-cron', {
        // One missed run would show the whole store as Degraded (argo-cd v3.5.1 health of CronJob).
        annotations: { 'argocd.argoproj.io/ignore-healthcheck': 'true' },
      }),
      spec: {
        schedule: `${firstByte(props.name) % 5}-59/5 * * * *`,
        timeZone: 'Etc/UTC',
        concurrencyPolicy: 'Forbid',
        startingDeadlineSeconds: 240,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 1,
        suspend: props.lifecycle !== 'active',
        jobTemplate: {
          metadata: { labels: templateLabels(store, 'wp-cron') },
          spec: {
            backoffLimit: 0,
            activeDeadlineSeconds: 240,
            template: {
              metadata: { labels: templateLabels(store, 'wp-cron') },
              spec: podSpec(props),
            },
          },
        },
      },
    })
  }
}

function podSpec(props: WooStoreProps): k8s.PodSpec {
  const cron = container({
    name: 'cron',
    image: props.images.wordpress,
    uid: SHOP_UID,
    resources: CRON_COMPUTE,
    command: ['bash', '/scripts/cron.sh'],
    env: { STORE_HOST: props.host, STORE_SCHEME: props.scheme },
    mounts: [mount('scripts', '/scripts', { readOnly: true }), mount('tmp', '/tmp')],
  })
  return pod({
    uid: SHOP_UID,
    restartPolicy: 'Never',
    graceSeconds: 5,
    containers: [cron],
    volumes: [scriptsVolume(['cron.sh']), emptyDir('tmp', 16)],
  })
}
