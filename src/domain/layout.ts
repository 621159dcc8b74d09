import type { AppFile } from '../contract/app-file.ts'
import type { Platform } from '../contract/platform-file.ts'

/** Folder of one store in the stores repo. */
export function storeFolder(team: string, name: string): string {
  return `stores/${team}/${name}`
}

/** Kubernetes namespace and name of the Argo CD Application, at most 46 characters. */
export function namespaceOf(name: string): string {
  return `store-${name}`
}

/** Keys of app.json that identify the store. They are derived from its folder. */
export type Identity = Pick<AppFile, 'application' | 'namespace' | 'name' | 'team'>

export function identityOf({ team, name }: Pick<Identity, 'team' | 'name'>): Identity {
  return { application: namespaceOf(name), namespace: namespaceOf(name), name, team }
}

/** Keys of `app` that name a different store than the folder does. */
export function foreignKeys(
  app: Identity,
  folder: Pick<Identity, 'team' | 'name'>,
): readonly (keyof Identity)[] {
  const keys = ['application', 'namespace', 'name', 'team'] as const
  const own = identityOf(folder)
  return keys.filter((key) => app[key] !== own[key])
}

/** The part of a store that its addresses are derived from. */
export interface Addressed {
  readonly name: string
  readonly cluster?: string
  readonly domains?: readonly string[] | undefined
}

/** Host below the base domain of the store's cluster or of the platform, without scheme and port. */
export function platformHostOf({ name, cluster = '' }: Addressed, platform: Platform): string {
  const own = Object.hasOwn(platform.clusters, cluster)
    ? platform.clusters[cluster]?.baseDomain
    : undefined
  return `${name}.${own ?? platform.baseDomain}`
}

/** Primary host: the first domain of the store, or its host below the base domain. */
export function hostOf(store: Addressed, platform: Platform): string {
  return store.domains?.[0] ?? platformHostOf(store, platform)
}

/** Public address of a store. The public port is 80 or 443, so it is left out. */
export function urlOf(store: Addressed, platform: Platform): string {
  return `${platform.scheme}://${hostOf(store, platform)}`
}

/** Names that no store may have. Names that start with `kube-` are reserved too. */
export const reservedStoreNames: readonly string[] = (
  'default argocd ingress-nginx cert-manager monitoring storewright www api admin dashboard app auth login ' +
  'oauth sso mail smtp imap ftp ns1 ns2 mx autoconfig autodiscover wpad isatap localhost metrics grafana ' +
  'prometheus argo git status help support billing static assets cdn internal root test staging'
).split(' ')

const RESERVED = new Set(reservedStoreNames)

/**
 * Is the name reserved? That covers host names that users trust, names of cluster components, and
 * `extra` (`reservedNames` of platform.yaml; a trailing `*` matches any ending).
 */
export function isReservedName(name: string, extra: readonly string[]): boolean {
  if (RESERVED.has(name) || name.startsWith('kube-')) return true
  return extra.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  )
}
