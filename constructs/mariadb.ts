import { Construct } from 'constructs'
import { compute, container, pod } from './hardened.ts'
import { hash16 } from './hash.ts'
import { k8s } from './kube.ts'
import { metadata, selectorLabels, type StoreIdentity, templateLabels } from './metadata.ts'
import { KubePersistentVolumeClaim, KubeService, KubeStatefulSet } from './objects.ts'
import type { WooStoreProps } from './props.ts'
import { gibi } from './quantity.ts'
import { scripts } from './static-files.ts'
import { claim, emptyDir, mount, scriptsVolume, secretVolume } from './volumes.ts'

export interface MariadbProps {
  readonly store: StoreIdentity
  readonly image: string
  readonly compute: WooStoreProps['mariadb']
  readonly storageGi: number
  /** `null` for the cluster's default StorageClass. */
  readonly storageClass: string | null
  /** Revision of `db-credentials` that the server must apply. */
  readonly credentialsRevision: number
  readonly running: boolean
}

const UID = 999
export const CONVERGE_COMPUTE = compute(20, 32, 250, 64)
const SCRIPTS = ['converge.sh', 'db-ready.sh', 'first-init.sh'] as const

/**
 * One MariaDB with its own volume. At every start `converge` writes SQL that makes the server
 * accept the Secret's passwords. This repairs a killed first init, a re-created store on an old
 * volume, and a rotation.
 */
export class Mariadb extends Construct {
  constructor(scope: Construct, id: string, props: MariadbProps) {
    super(scope, id)
    const { store } = props
    new KubePersistentVolumeClaim(this, 'Claim', {
      metadata: metadata(store, 'mariadb-data', { component: 'mariadb', protect: true }),
      spec: claimSpec(props.storageGi, props.storageClass),
    })
    new KubeService(this, 'Service', {
      metadata: metadata(store, 'mariadb'),
      spec: {
        // Not headless: clients and the cluster's DNS cache a name for seconds. During a restart a
        // headless name would resolve to a removed pod or to nothing (ADR 0040).
        type: 'ClusterIP',
        ports: [{ name: 'mariadb', port: 3306, targetPort: k8s.IntOrString.fromNumber(3306) }],
        selector: selectorLabels(store, 'mariadb'),
      },
    })
    new KubeStatefulSet(this, 'Server', {
      metadata: metadata(store, 'mariadb', { sized: true }),
      spec: {
        replicas: props.running ? 1 : 0,
        // OrderedReady never replaces a broken pod if its template is reverted (kubernetes issue
        // 67250).
        podManagementPolicy: 'Parallel',
        updateStrategy: { type: 'RollingUpdate' },
        serviceName: 'mariadb',
        selector: { matchLabels: selectorLabels(store, 'mariadb') },
        template: {
          metadata: {
            labels: templateLabels(store, 'mariadb'),
            annotations: {
              'storewright.dev/config-hash': hash16(SCRIPTS.map((name) => scripts[name])),
              'storewright.dev/credentials-revision': String(props.credentialsRevision),
            },
          },
          spec: podSpec(props),
        },
      },
    })
  }
}

/**
 * Size in whole GiB. A standalone claim, because claim templates can neither grow nor be protected.
 * @param access default RWO
 */
export function claimSpec(
  sizeGi: number,
  storageClass: string | null,
  access: 'RWO' | 'RWX' = 'RWO',
): k8s.PersistentVolumeClaimSpec {
  return {
    accessModes: [access === 'RWX' ? 'ReadWriteMany' : 'ReadWriteOnce'],
    ...(storageClass === null ? {} : { storageClassName: storageClass }),
    resources: { requests: { storage: gibi(sizeGi) } },
  }
}

function podSpec(props: MariadbProps): k8s.PodSpec {
  return pod({
    uid: UID,
    graceSeconds: 120,
    initContainers: [convergeContainer(props)],
    containers: [serverContainer(props)],
    volumes: [
      claim('data', 'mariadb-data'),
      emptyDir('init', 1, true),
      emptyDir('run', 16),
      emptyDir('tmp', 2048),
      scriptsVolume(SCRIPTS),
      secretVolume('db', 'db-credentials'),
    ],
  })
}

function convergeContainer(props: MariadbProps): k8s.Container {
  return container({
    name: 'converge',
    image: props.image,
    uid: UID,
    resources: CONVERGE_COMPUTE,
    command: ['bash', '/scripts/converge.sh'],
    env: { CREDENTIALS_REVISION: String(props.credentialsRevision) },
    mounts: [
      mount('data', '/data'),
      mount('init', '/init'),
      mount('scripts', '/scripts', { readOnly: true }),
      mount('db', '/secrets/db', { readOnly: true }),
    ],
  })
}

function serverContainer(props: MariadbProps): k8s.Container {
  return container({
    name: 'mariadb',
    image: props.image,
    uid: UID,
    resources: props.compute,
    // A restarted container does not run init containers again, so this script checks the data
    // folder as well.
    command: ['bash', '/scripts/first-init.sh', '/var/lib/mysql', 'docker-entrypoint.sh'],
    args: [
      '--init-file=/init/converge.sql',
      `--innodb-buffer-pool-size=${props.compute.bufferPoolMi}M`,
      `--max-connections=${props.compute.maxConnections}`,
      '--performance-schema=OFF',
    ],
    env: {
      MARIADB_AUTO_UPGRADE: '1',
      MARIADB_INITDB_SKIP_TZINFO: '1',
      MARIADB_ROOT_HOST: 'localhost',
      MARIADB_ROOT_PASSWORD_FILE: '/secrets/db/root-password',
    },
    ports: [{ name: 'mariadb', containerPort: 3306 }],
    probes: PROBES,
    mounts: [
      mount('data', '/var/lib/mysql', { subPath: 'mysql' }),
      mount('init', '/init', { readOnly: true }),
      mount('run', '/run/mysqld'),
      mount('tmp', '/tmp'),
      mount('scripts', '/scripts', { readOnly: true }),
      mount('db', '/secrets/db', { readOnly: true }),
    ],
  })
}

/**
 * Startup may take 600 s, because killing a slow first init leaves a root user without password.
 * Ready means that the app user can log in. `mysqladmin` is gone from the image since 11.0, and
 * `--innodb_initialized` can fail forever after a kill.
 */
const PROBES = {
  startup: {
    exec: { command: ['healthcheck.sh', '--connect'] },
    periodSeconds: 1,
    timeoutSeconds: 5,
    failureThreshold: 600,
  },
  readiness: {
    exec: { command: ['bash', '/scripts/db-ready.sh'] },
    periodSeconds: 5,
    timeoutSeconds: 5,
    failureThreshold: 3,
  },
  liveness: {
    tcpSocket: { port: k8s.IntOrString.fromNumber(3306) },
    periodSeconds: 20,
    timeoutSeconds: 5,
    failureThreshold: 6,
  },
} satisfies Record<string, k8s.Probe>
