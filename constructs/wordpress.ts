import { Construct } from 'constructs'
import { container, pod } from './hardened.ts'
import { hash16 } from './hash.ts'
import { k8s } from './kube.ts'
import { claimSpec } from './mariadb.ts'
import { metadata, selectorLabels, type StoreIdentity, templateLabels } from './metadata.ts'
import { KubeDeployment, KubePersistentVolumeClaim, KubeService } from './objects.ts'
import type { ComputeProps, WooStoreProps } from './props.ts'
import { isScaled } from './scaling.ts'
import { settingsOf } from './settings.ts'
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
import { WEB_COMPUTE, WEB_PORT, webContainer } from './web-server.ts'

const SCRIPTS = ['code.sh', 'ready.sh', 'unzip.php', 'wait.php'] as const
const SETTINGS = ['components.tsv'] as const

/**
 * WordPress behind its web server. The image provides the code at each start; only uploads are on a
 * volume.
 */
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
        ports: [{ name: 'http', port: 80, targetPort: k8s.IntOrString.fromNumber(WEB_PORT) }],
        selector: selectorLabels(store, 'wordpress'),
      },
    })
    new KubeDeployment(this, 'Deployment', {
      metadata: metadata(store, 'wordpress', { sized: true }),
      spec: {
        ...replicasOf(props),
        strategy: strategyOf(props),
        revisionHistoryLimit: 2,
        // The deadline includes the start of the database. 300 s would show each slow first install
        // as Degraded.
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

/** The autoscaler sets the number of replicas of a scaled shop, so the manifest must not. */
function replicasOf(props: WooStoreProps): Pick<k8s.DeploymentSpec, 'replicas'> {
  if (props.lifecycle !== 'active') return { replicas: 0 }
  return isScaled(props) ? {} : { replicas: 1 }
}

/**
 * RollingUpdate deadlocks on a read-write-once volume with more than one node (bitnami/charts issue
 * 16079).
 */
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
    containers: [serverContainer(props), webContainer(props, drainOf(props))],
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
    resources: phpCompute(props),
    command: ['apache2-foreground', ...uploadLimit(props)],
    env: {
      ...shopEnvironment(props),
      ...IMAGES,
      STORE_HOST: props.host,
      STORE_PHP_MEMORY: `${props.wordpress.phpMemoryMi}M`,
      STORE_WORKER_KEEP: String(props.wordpress.keepMi),
      STORE_WORKERS: String(props.wordpress.workers),
    },
    ports: [{ name: 'php', containerPort: PHP_PORT }],
    probes: PROBES,
    ...(isScaled(props) ? { lifecycle: DRAIN } : {}),
    mounts: [
      ...shopMounts(props),
      mount('run', '/run/apache2'),
      mount('lock', '/run/lock/apache2'),
      // subPath mounts are not updated, but a change rolls the pod anyway through `config-hash`.
      mount('config', '/usr/local/etc/php/conf.d/zz-storewright.ini', configFile('php.ini')),
      mount('config', '/etc/apache2/ports.conf', configFile('ports.conf')),
      mount('config', '/etc/apache2/sites-available/000-default.conf', configFile('vhost.conf')),
      mount('config', '/etc/apache2/mods-available/mpm_prefork.conf', configFile('mpm.conf')),
    ],
  })
}

/** The limit of `php.ini`, in MiB. */
const UPLOAD_MAX_MI = 64

/**
 * Another upload limit is set on the command line, because the configuration files are the same in
 * every store. Such a directive applies after them (httpd(8), `-c`). The web server in front needs
 * none: it accepts bodies of up to 1 GiB (Apache 2.4.53, LimitRequestBody).
 */
function uploadLimit({ php }: WooStoreProps): readonly string[] {
  if (php.uploadMaxMi === UPLOAD_MAX_MI) return []
  return ['upload_max_filesize', 'post_max_size'].flatMap((name) => [
    '-c',
    `php_admin_value ${name} ${php.uploadMaxMi}M`,
  ])
}

function configFile(subPath: string): { subPath: string; readOnly: true } {
  return { subPath, readOnly: true }
}

/**
 * With other pods serving, a terminating pod waits until routers have removed it. Without other
 * pods (`Recreate`), waiting would only extend the outage: its address is withdrawn at once, and
 * the next pod starts after it is gone.
 */
const DRAIN = { preStop: { exec: { command: ['sleep', '8'] } } } satisfies k8s.Lifecycle

/**
 * The plan's compute without the share of the web server. The web server's CPU limit comes on top.
 */
function phpCompute({ wordpress }: WooStoreProps): ComputeProps {
  const rest = (key: Exclude<keyof ComputeProps, 'cpuLimitMillis'>, least: number) =>
    Math.max(least, wordpress[key] - WEB_COMPUTE[key])
  return {
    cpuRequestMillis: rest('cpuRequestMillis', 10),
    memoryRequestMi: rest('memoryRequestMi', 32),
    cpuLimitMillis: wordpress.cpuLimitMillis,
    memoryLimitMi: rest('memoryLimitMi', 32),
  }
}

function drainOf(props: WooStoreProps): k8s.Lifecycle | null {
  return isScaled(props) ? DRAIN : null
}

const PHP_PORT = 8081
const PHP = { port: k8s.IntOrString.fromNumber(PHP_PORT) }

/**
 * ImageMagick allocates memory outside PHP's limit. Above these values it uses files
 * (imagemagick.org, resources).
 */
const IMAGES = { MAGICK_MAP_LIMIT: '64MiB', MAGICK_MEMORY_LIMIT: '32MiB', MAGICK_THREAD_LIMIT: '1' }

/**
 * Startup succeeds when the Store API returns exactly 200, which a redirect to an installer does
 * not. A shop is therefore reachable only once it can sell. It may take 15 minutes, like set-up.
 * Readiness only opens a connection, which the kernel accepts while every worker is busy. There is
 * no liveness probe: if Apache exits, the container exits, and if it is busy, a restart does not
 * help.
 */
const PROBES = {
  startup: {
    exec: { command: ['bash', '/scripts/ready.sh'] },
    periodSeconds: 2,
    timeoutSeconds: 10,
    failureThreshold: 450,
  },
  readiness: { tcpSocket: PHP, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
} satisfies Record<string, k8s.Probe>
