import { Construct } from 'constructs'
import { k8s } from './kube.ts'
import { metadata, selectorLabels, type StoreIdentity } from './metadata.ts'
import { KubeHorizontalPodAutoscalerV2, KubePodDisruptionBudget } from './objects.ts'
import type { WooStoreProps } from './props.ts'

/**
 * Returns whether several pods may serve the shop. That requires a shared volume and the same code
 * at each start.
 */
export function isScaled({ storage, replicas, code }: WooStoreProps): boolean {
  return storage.uploadsAccess === 'RWX' && replicas.max > 1 && code !== 'writable'
}

/** Scales out by CPU. Memory is no signal, because Apache's processes never release it. */
export class Scaling extends Construct {
  constructor(scope: Construct, id: string, store: StoreIdentity, props: WooStoreProps) {
    super(scope, id)
    if (!isScaled(props) || props.lifecycle !== 'active') return
    new KubeHorizontalPodAutoscalerV2(this, 'Autoscaler', {
      metadata: metadata(store, 'wordpress'),
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'wordpress' },
        minReplicas: props.replicas.min,
        maxReplicas: props.replicas.max,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
          },
        ],
        behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
      },
    })
    new KubePodDisruptionBudget(this, 'Disruption', {
      metadata: metadata(store, 'wordpress'),
      spec: {
        // With a single pod, `minAvailable: 1` would block every drain.
        maxUnavailable: k8s.IntOrString.fromNumber(1),
        // A pod that is not ready must not block a drain (kubernetes docs, "Unhealthy Pod Eviction
        // Policy").
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: selectorLabels(store, 'wordpress') },
      },
    })
  }
}
