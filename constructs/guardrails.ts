import { Construct } from 'constructs'
import { metadata, type StoreIdentity } from './metadata.ts'
import { KubeLimitRange, KubeResourceQuota, KubeServiceAccount } from './objects.ts'
import type { ComputeProps, WooStoreProps } from './props.ts'
import { count, cpu, gibi, memory } from './quantity.ts'

export interface GuardrailsProps {
  readonly store: StoreIdentity
  readonly quota: WooStoreProps['quota']
  /** Sizes of all volumes in GiB. The quota leaves room for one more copy of the largest. */
  readonly volumesGi: readonly number[]
  /** All possible containers of the store's pods. The largest sets the limit per container. */
  readonly containers: readonly ComputeProps[]
}

/**
 * Quota and defaults of one namespace. The quota counts non-terminal pods, so a Job needs room next
 * to the store.
 */
export class Guardrails extends Construct {
  constructor(scope: Construct, id: string, props: GuardrailsProps) {
    super(scope, id)
    const { store, quota, volumesGi, containers } = props
    const largest = (pick: (container: ComputeProps) => number) => Math.max(...containers.map(pick))
    new KubeResourceQuota(this, 'Quota', {
      metadata: metadata(store, 'quota', { syncWave: -1 }),
      spec: {
        hard: {
          'requests.cpu': cpu(quota.requestsCpuMillis),
          'requests.memory': memory(quota.requestsMemoryMi),
          'limits.cpu': cpu(quota.limitsCpuMillis),
          'limits.memory': memory(quota.limitsMemoryMi),
          pods: count(quota.pods),
          persistentvolumeclaims: count(4),
          'requests.storage': gibi(
            volumesGi.reduce((sum, size) => sum + size, 0) + Math.max(...volumesGi),
          ),
          'services.loadbalancers': count(0),
          'services.nodeports': count(0),
        },
      },
    })
    new KubeLimitRange(this, 'Limits', {
      metadata: metadata(store, 'limits', { syncWave: -1 }),
      spec: {
        limits: [
          {
            type: 'Container',
            default: { cpu: cpu(250), memory: memory(128) },
            defaultRequest: { cpu: cpu(20), memory: memory(32) },
            max: {
              cpu: cpu(largest((container) => container.cpuLimitMillis)),
              memory: memory(largest((container) => container.memoryLimitMi)),
            },
          },
        ],
      },
    })
    new KubeServiceAccount(this, 'ServiceAccount', {
      metadata: metadata(store, 'store', { syncWave: -1 }),
      automountServiceAccountToken: false,
    })
  }
}
