/** API group and kind; the group of the core API is `''`. */
export interface Kind {
  readonly group: string
  readonly kind: string
}

/** How a store gets its credentials. */
export type SecretsMode = 'job' | 'sealed' | 'external'

/** Every namespaced kind a store may consist of, whatever its options. Never `Secret`: no value enters Git. */
const COMMON: readonly Kind[] = [
  { group: '', kind: 'ResourceQuota' },
  { group: '', kind: 'LimitRange' },
  { group: '', kind: 'ServiceAccount' },
  { group: '', kind: 'ConfigMap' },
  { group: '', kind: 'Service' },
  { group: '', kind: 'PersistentVolumeClaim' },
  { group: 'apps', kind: 'Deployment' },
  { group: 'apps', kind: 'StatefulSet' },
  { group: 'batch', kind: 'Job' },
  { group: 'batch', kind: 'CronJob' },
  { group: 'networking.k8s.io', kind: 'NetworkPolicy' },
  { group: 'networking.k8s.io', kind: 'Ingress' },
  { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' },
  { group: 'policy', kind: 'PodDisruptionBudget' },
  { group: 'autoscaling', kind: 'HorizontalPodAutoscaler' },
]

const BY_SECRETS_MODE: Readonly<Record<SecretsMode, readonly Kind[]>> = {
  job: [
    { group: 'rbac.authorization.k8s.io', kind: 'Role' },
    { group: 'rbac.authorization.k8s.io', kind: 'RoleBinding' },
  ],
  sealed: [{ group: 'bitnami.com', kind: 'SealedSecret' }],
  external: [
    { group: 'external-secrets.io', kind: 'ExternalSecret' },
    { group: 'generators.external-secrets.io', kind: 'Password' },
  ],
}

/**
 * What the controllers of the kinds above make in the cluster, and never Git. Argo CD leaves out of its tree, its events
 * and its logs what the project does not permit. Source: argo-cd v3.6.1 controller/appcontroller.go `getResourceTree`.
 */
export const madeByControllers: readonly Kind[] = [
  { group: '', kind: 'Pod' },
  { group: 'apps', kind: 'ReplicaSet' },
]

/**
 * Closed list of the namespaced kinds of stores that use `modes`: what renders may emit and what the AppProject
 * permits. The one cluster-wide kind is `Namespace`.
 */
export function namespacedKinds(modes: readonly SecretsMode[]): readonly Kind[] {
  return [...COMMON, ...modes.flatMap((mode) => BY_SECRETS_MODE[mode])]
}
