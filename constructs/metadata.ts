import type { k8s } from './kube.ts'

/** Who an object belongs to. */
export interface StoreIdentity {
  readonly name: string
  readonly team: string
  readonly plan: string
  readonly namespace: string
  /** False in lifecycle `purge`: then nothing keeps Argo CD from deleting data. */
  readonly guarded: boolean
}

export interface MetadataOptions {
  /** Part of the store: `mariadb`, `wordpress`, `wp-init` … @default the object's name */
  readonly component?: string
  /** Sync wave of Argo CD; absent means 0. */
  readonly syncWave?: -1
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** Data or credentials: Argo CD must neither prune nor delete it. */
  readonly protect?: boolean
  /** Cluster-wide object: no namespace. */
  readonly clusterWide?: boolean
  /** Carries the plan's name as a label: the Namespace, and each workload whose size is the plan's. */
  readonly sized?: boolean
}

/**
 * Argo CD's guard: no prune when the manifest vanishes, no delete with the Application.
 * Both are needed: `Prune=false` alone does not hold when the Application is deleted.
 */
const PROTECTED = { 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' }

/** Metadata of an object of a store: explicit name, labels for people, annotations for Argo CD. */
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

/** Labels of pod templates: no team and no plan, whose change would restart pods. */
export function templateLabels(store: StoreIdentity, component: string): Record<string, string> {
  return { ...podLabels(store, component), 'app.kubernetes.io/part-of': 'storewright' }
}

/** What selects the pods of one component of one store. */
export function selectorLabels(store: StoreIdentity, component: string): Record<string, string> {
  return { 'app.kubernetes.io/name': component, 'app.kubernetes.io/instance': store.name }
}

function podLabels(store: StoreIdentity, component: string): Record<string, string> {
  return { ...selectorLabels(store, component), 'app.kubernetes.io/component': component }
}
