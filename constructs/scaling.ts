import { Construct } from 'constructs'
import { k8s } from './kube.ts'
import { KubeHorizontalPodAutoscalerV2, KubePodDisruptionBudget } from './objects.ts'
import { metadata, selectorLabels, type StoreIdentity } from './metadata.ts'
import type { WooStoreProps } from './props.ts'

/** Do several pods serve the shop? Only over a shared volume, and only when each start gives the same code. */
export function isScaled({ storage, replicas, code }: WooStoreProps): boolean {
  return storage.uploadsAccess === 'RWX' && replicas.max > 1 && code !== 'writable'
}

/** Scale-out by CPU; memory tells nothing, because Apache's processes never give it back. */
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
        // `minAvailable: 1` over one pod would block every drain.
        maxUnavailable: k8s.IntOrString.fromNumber(1),
        // A pod that serves nobody must not block one either (kubernetes docs, "Unhealthy Pod Eviction Policy").
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: selectorLabels(store, 'wordpress') },
      },
    })
  }
}
