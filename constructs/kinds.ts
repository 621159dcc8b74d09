/** API group and kind. The core group is `''`. */
export interface Kind {
  readonly group: string
  readonly kind: string
}

/** Origin of a store's credentials. */
export type SecretsMode = 'job' | 'sealed' | 'external'

/**
 * Namespaced kinds of every store, whatever its options. Never `Secret`, because no secret value
 * enters Git.
 */
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
 * Objects that controllers of the kinds above create. They are never in Git, but must be permitted:
 * Argo CD omits from its tree, events and logs what the project does not permit. Source: argo-cd
 * v3.6.1 controller/appcontroller.go `getResourceTree`.
 */
export const madeByControllers: readonly Kind[] = [
  { group: '', kind: 'Pod' },
  { group: 'apps', kind: 'ReplicaSet' },
]

/**
 * Closed list of the namespaced kinds of stores in `modes`. Renders emit only these, and the
 * AppProject permits only these. The only cluster-wide kind is `Namespace`.
 */
export function namespacedKinds(modes: readonly SecretsMode[]): readonly Kind[] {
  return [...COMMON, ...modes.flatMap((mode) => BY_SECRETS_MODE[mode])]
}
