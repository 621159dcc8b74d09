import type { k8s } from './kube.ts'

/** Store that an object belongs to. */
export interface StoreIdentity {
  readonly name: string
  readonly team: string
  readonly plan: string
  readonly namespace: string
  /** False in lifecycle `purge`, when Argo CD may delete data. */
  readonly guarded: boolean
}

export interface MetadataOptions {
  /** Part of the store: `mariadb`, `wordpress`, `wp-init` … @default the object's name */
  readonly component?: string
  /** Sync wave of Argo CD. Defaults to 0. */
  readonly syncWave?: -1
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** Data or credentials that Argo CD must neither prune nor delete. */
  readonly protect?: boolean
  /** Cluster-wide object without a namespace. */
  readonly clusterWide?: boolean
  /** Adds the plan as a label. Set for the Namespace and for each workload sized by the plan. */
  readonly sized?: boolean
}

/**
 * Prevents Argo CD from pruning a removed manifest and from deleting it together with the
 * Application. Both options are needed, because `Prune=false` alone has no effect when the
 * Application is deleted.
 */
const PROTECTED = { 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' }

/** Metadata of an object of a store: explicit name, labels and annotations for Argo CD. */
export function metadata(
  store: StoreIdentity,
  name: string,
  options: MetadataOptions = {},
): k8s.ObjectMeta {
  const annotations = {
    ...(options.syncWave === undefined
      ? {}
      : { 'argocd.argoproj.io/sync-wave': String(options.syncWave) }),
    ...(options.protect === true && store.guarded ? PROTECTED : {}),
    ...options.annotations,
  }
  return {
    name,
    ...(options.clusterWide === true ? {} : { namespace: store.namespace }),
    labels: {
      ...podLabels(store, options.component ?? name),
      'app.kubernetes.io/part-of': 'storewright',
      'app.kubernetes.io/managed-by': 'storewright',
      'storewright.dev/team': store.team,
      ...(options.sized === true ? { 'storewright.dev/plan': store.plan } : {}),
      ...options.labels,
    },
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  }
}

/** Labels of pod templates, without team and plan, because changing those would restart pods. */
export function templateLabels(store: StoreIdentity, component: string): Record<string, string> {
  return { ...podLabels(store, component), 'app.kubernetes.io/part-of': 'storewright' }
}

/** Selects the pods of one component of one store. */
export function selectorLabels(store: StoreIdentity, component: string): Record<string, string> {
  return { 'app.kubernetes.io/name': component, 'app.kubernetes.io/instance': store.name }
}

function podLabels(store: StoreIdentity, component: string): Record<string, string> {
  return { ...selectorLabels(store, component), 'app.kubernetes.io/component': component }
}
