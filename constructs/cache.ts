import { Construct } from 'constructs'
import { container, pod } from './hardened.ts'
import { k8s } from './kube.ts'
import { metadata, selectorLabels, type StoreIdentity, templateLabels } from './metadata.ts'
import { KubeDeployment, KubeService } from './objects.ts'
import type { CacheProps, ComputeProps, WooStoreProps } from './props.ts'
import { emptyDir, mount } from './volumes.ts'

const UID = 999

function cacheCompute({ memoryLimitMi }: CacheProps): ComputeProps {
  return { cpuRequestMillis: 25, memoryRequestMi: 64, cpuLimitMillis: 100, memoryLimitMi }
}

/** Object cache of WordPress. It writes nothing to disk, and losing it costs only time. */
export class Cache extends Construct {
  constructor(scope: Construct, id: string, store: StoreIdentity, props: WooStoreProps) {
    super(scope, id)
    const { cache } = props
    if (cache === null) return
    new KubeService(this, 'Service', {
      metadata: metadata(store, 'valkey'),
      spec: {
        type: 'ClusterIP',
        ports: [{ name: 'valkey', port: 6379, targetPort: k8s.IntOrString.fromNumber(6379) }],
        selector: selectorLabels(store, 'valkey'),
      },
    })
    new KubeDeployment(this, 'Deployment', {
      metadata: metadata(store, 'valkey', { sized: true }),
      spec: {
        replicas: props.lifecycle === 'active' ? 1 : 0,
        strategy: { type: 'Recreate' },
        revisionHistoryLimit: 2,
        selector: { matchLabels: selectorLabels(store, 'valkey') },
        template: {
          metadata: { labels: templateLabels(store, 'valkey') },
          spec: podSpec(cache),
        },
      },
    })
  }
}

function podSpec(cache: CacheProps): k8s.PodSpec {
  const server = container({
    name: 'valkey',
    image: cache.image,
    uid: UID,
    resources: cacheCompute(cache),
    args: [
      'valkey-server',
      // Without a password, protected mode would refuse other hosts. The NetworkPolicy restricts
      // access instead.
      '--protected-mode',
      'no',
      '--maxmemory',
      `${cache.maxMemoryMb}mb`,
      '--maxmemory-policy',
      'allkeys-lru',
      '--save',
      '',
      '--appendonly',
      'no',
    ],
    ports: [{ name: 'valkey', containerPort: 6379 }],
    probes: PROBES,
    mounts: [mount('data', '/data')],
  })
  return pod({
    uid: UID,
    graceSeconds: 10,
    containers: [server],
    volumes: [emptyDir('data', 64)],
  })
}

const SOCKET = { tcpSocket: { port: k8s.IntOrString.fromNumber(6379) }, timeoutSeconds: 5 }

const PROBES = {
  startup: { ...SOCKET, periodSeconds: 2, failureThreshold: 30 },
  readiness: {
    exec: { command: ['valkey-cli', 'ping'] },
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 3,
  },
  liveness: { ...SOCKET, periodSeconds: 20, failureThreshold: 6 },
} satisfies Record<string, k8s.Probe>
