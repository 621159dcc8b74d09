import type { RenderedFile } from './props.ts'
import { printYaml } from './yaml.ts'

/** One Kubernetes object as plain data. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly annotations?: Readonly<Record<string, string>>
  }
}

const HEADER = '# Rendered from ../store.yaml; edits are overwritten.\n'

const NETWORK = '10-network.yaml'
const SECRETS = '20-secrets.yaml'

/** File by kind, for kinds that always go into the same file. */
const FILE_BY_KIND: Readonly<Record<string, string>> = {
  Namespace: '00-namespace.yaml',
  ResourceQuota: '00-namespace.yaml',
  LimitRange: '00-namespace.yaml',
  NetworkPolicy: NETWORK,
  Role: SECRETS,
  RoleBinding: SECRETS,
  StatefulSet: '40-database.yaml',
  SealedSecret: SECRETS,
  ExternalSecret: SECRETS,
  Password: SECRETS,
  HorizontalPodAutoscaler: '50-wordpress.yaml',
  PodDisruptionBudget: '50-wordpress.yaml',
  Ingress: '80-route.yaml',
  HTTPRoute: '80-route.yaml',
}

/**
 * File by `Kind/name`, for kinds that appear in several files. Job names are without their hash.
 */
const FILE_BY_NAME: Readonly<Record<string, string>> = {
  'ServiceAccount/store': '00-namespace.yaml',
  'ServiceAccount/secrets-init': SECRETS,
  'ConfigMap/secrets-script': SECRETS,
  'Job/secrets-init': SECRETS,
  'ConfigMap/wordpress-config': '30-config.yaml',
  'ConfigMap/scripts': '30-config.yaml',
  'ConfigMap/store-settings': '30-config.yaml',
  'PersistentVolumeClaim/mariadb-data': '40-database.yaml',
  'Service/mariadb': '40-database.yaml',
  'PersistentVolumeClaim/uploads': '50-wordpress.yaml',
  'Service/wordpress': '50-wordpress.yaml',
  'PersistentVolumeClaim/content': '50-wordpress.yaml',
  'Deployment/wordpress': '50-wordpress.yaml',
  'CronJob/wp-cron': '50-wordpress.yaml',
  'Job/wp-init': '50-wordpress.yaml',
  'Service/valkey': '60-cache.yaml',
  'Deployment/valkey': '60-cache.yaml',
  'PersistentVolumeClaim/backups': '70-backup.yaml',
  'CronJob/backup': '70-backup.yaml',
  'Job/backup': '70-backup.yaml',
}

/**
 * Order in which Argo CD applies kinds within a sync wave (argo-cd v3.5.1 gitops-engine
 * `sync_tasks.go`).
 */
const KIND_ORDER = [
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodDisruptionBudget',
  'ServiceAccount',
  'ConfigMap',
  'PersistentVolumeClaim',
  'Role',
  'RoleBinding',
  'Service',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'Ingress',
  'Password',
  'ExternalSecret',
  'SealedSecret',
  'HTTPRoute',
]

/**
 * Groups objects into files. Files are sorted by path, and the objects of a file by sync wave, kind
 * and name.
 * @throws Error an object that the tables above assign to no file
 */
export function toFiles(manifests: readonly Manifest[]): readonly RenderedFile[] {
  const byPath = new Map<string, Manifest[]>()
  for (const manifest of manifests) {
    const path = fileOf(manifest)
    byPath.set(path, [...(byPath.get(path) ?? []), manifest])
  }
  return [...byPath.keys()].toSorted().map((path) => ({
    path,
    bytes: new TextEncoder().encode(
      HEADER + (byPath.get(path) ?? []).toSorted(inOrder).map(printYaml).join('---\n'),
    ),
  }))
}

function fileOf({ kind, metadata }: Manifest): string {
  const name = kind === 'Job' ? metadata.name.replace(/-[0-9a-f]{8}$/, '') : metadata.name
  const path = FILE_BY_NAME[`${kind}/${name}`] ?? FILE_BY_KIND[kind]
  if (path === undefined)
    throw new Error(`no file for ${kind} ${metadata.name}: add it to FILE_BY_KIND`)
  return path
}

function inOrder(a: Manifest, b: Manifest): number {
  return (
    waveOf(a) - waveOf(b) ||
    KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind) ||
    (a.metadata.name < b.metadata.name ? -1 : 1)
  )
}

function waveOf({ metadata }: Manifest): number {
  return Number(metadata.annotations?.['argocd.argoproj.io/sync-wave'] ?? 0)
}
