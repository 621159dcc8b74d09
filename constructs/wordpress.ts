import { Construct } from 'constructs'
import { container, pod } from './hardened.ts'
import { hash16 } from './hash.ts'
import { k8s } from './kube.ts'
import { KubeDeployment, KubePersistentVolumeClaim, KubeService } from './objects.ts'
import { claimSpec } from './mariadb.ts'
import { metadata, selectorLabels, type StoreIdentity, templateLabels } from './metadata.ts'
import type { WooStoreProps } from './props.ts'
import { settingsOf } from './settings.ts'
import { isScaled } from './scaling.ts'
import {
  codeContainer,
  mountedContent,
  shopEnvironment,
  shopMounts,
  shopVolumes,
  waitContainer,
} from './shop-pod.ts'
import { besideUploads, contentClaim, SHOP_UID, USES_UPLOADS } from './uploads.ts'
import { emptyDir, mount } from './volumes.ts'

const SCRIPTS = ['code.sh', 'ready.sh', 'unzip.php', 'wait.php'] as const
const SETTINGS = ['components.tsv'] as const

/** Apache with WordPress. Code comes from the image at each start; only uploads are on a volume. */
export class Wordpress extends Construct {
  constructor(scope: Construct, id: string, store: StoreIdentity, props: WooStoreProps) {
    super(scope, id)
    const { uploadsGi, className, uploadsAccess } = props.storage
    new KubePersistentVolumeClaim(this, 'Uploads', {
      metadata: metadata(store, contentClaim(props), { component: 'wordpress', protect: true }),
      spec: claimSpec(uploadsGi, className, uploadsAccess),
    })
    new KubeService(this, 'Service', {
      metadata: metadata(store, 'wordpress'),
      spec: {
        type: 'ClusterIP',
        ports: [{ name: 'http', port: 80, targetPort: k8s.IntOrString.fromNumber(8080) }],
        selector: selectorLabels(store, 'wordpress'),
      },
    })
    new KubeDeployment(this, 'Deployment', {
      metadata: metadata(store, 'wordpress', { sized: true }),
      spec: {
        ...replicasOf(props),
        strategy: strategyOf(props),
        revisionHistoryLimit: 2,
        // Its clock starts with the database's: 300 s would show each slow first install as Degraded.
        progressDeadlineSeconds: 900,
        selector: { matchLabels: selectorLabels(store, 'wordpress') },
        template: {
          metadata: {
            labels: { ...templateLabels(store, 'wordpress'), ...USES_UPLOADS },
            annotations: { 'storewright.dev/config-hash': hash16(mounted(props)) },
          },
          spec: podSpec(store, props),
        },
      },
    })
  }
}

/** Of a scaled shop the autoscaler owns the number; Argo CD must not see one. */
function replicasOf(props: WooStoreProps): Pick<k8s.DeploymentSpec, 'replicas'> {
  if (props.lifecycle !== 'active') return { replicas: 0 }
  return isScaled(props) ? {} : { replicas: 1 }
}

/** RollingUpdate deadlocks over a read-write-once volume on more than one node (bitnami/charts issue 16079). */
function strategyOf(props: WooStoreProps): k8s.DeploymentStrategy {
  if (!isScaled(props)) return { type: 'Recreate' }
  const one = k8s.IntOrString.fromNumber(1)
  const none = k8s.IntOrString.fromNumber(0)
  return { type: 'RollingUpdate', rollingUpdate: { maxSurge: one, maxUnavailable: none } }
}

function mounted(props: WooStoreProps): unknown {
  const settings = settingsOf(props)
  return mountedContent(SCRIPTS, { 'components.tsv': settings['components.tsv'] ?? '' })
}

function podSpec(store: StoreIdentity, props: WooStoreProps): k8s.PodSpec {
  return pod({
    uid: SHOP_UID,
    graceSeconds: 45,
    ...besideUploads(store, props),
    ...(isScaled(props) ? { spread: [acrossNodes(store)] } : {}),
    initContainers: [codeContainer(props), waitContainer(props, 'release')],
    containers: [serverContainer(props)],
    volumes: [...shopVolumes(props, SCRIPTS, SETTINGS), emptyDir('run', 16), emptyDir('lock', 16)],
  })
}

function acrossNodes(store: StoreIdentity): k8s.TopologySpreadConstraint {
  return {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selectorLabels(store, 'wordpress') },
  }
}

function serverContainer(props: WooStoreProps): k8s.Container {
  return container({
    name: 'wordpress',
    image: props.images.wordpress,
    uid: SHOP_UID,
    resources: props.wordpress,
    command: ['apache2-foreground'],
    env: {
      ...shopEnvironment(props),
      STORE_HOST: props.host,
      STORE_WORKERS: String(props.wordpress.workers),
    },
    ports: [{ name: 'http', containerPort: 8080 }],
    probes: PROBES,
    ...(isScaled(props) ? { lifecycle: DRAIN } : {}),
    mounts: [
      ...shopMounts(props),
      mount('run', '/run/apache2'),
      mount('lock', '/run/lock/apache2'),
      // By subPath: a change of these rolls the pod anyway, through `config-hash`.
      mount('config', '/usr/local/etc/php/conf.d/zz-storewright.ini', configFile('php.ini')),
      mount('config', '/etc/apache2/ports.conf', configFile('ports.conf')),
      mount('config', '/etc/apache2/sites-available/000-default.conf', configFile('vhost.conf')),
      mount('config', '/etc/apache2/mods-available/mpm_prefork.conf', configFile('mpm.conf')),
    ],
  })
}

function configFile(subPath: string): { subPath: string; readOnly: true } {
  return { subPath, readOnly: true }
}

/**
 * Where other pods go on serving, a pod that ends waits until routers have heard of it. Where none does (`Recreate`),
 * waiting only makes the outage longer: its address is withdrawn at once, and the next pod starts after it is gone.
 */
const DRAIN = { preStop: { exec: { command: ['sleep', '8'] } } } satisfies k8s.Lifecycle

const STATIC_FILE = {
  path: '/wp-includes/images/blank.gif',
  port: k8s.IntOrString.fromNumber(8080),
}

/**
 * A file that needs neither PHP nor the database tells whether Apache lives: an outage of the database must not
 * restart it. Ready = the Store API answers exactly 200, which no redirect to an installer does.
 */
const PROBES = {
  startup: { httpGet: STATIC_FILE, periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 60 },
  readiness: {
    exec: { command: ['bash', '/scripts/ready.sh'] },
    periodSeconds: 10,
    timeoutSeconds: 10,
    failureThreshold: 3,
  },
  liveness: { httpGet: STATIC_FILE, periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 6 },
} satisfies Record<string, k8s.Probe>
