import type { Plan, Platform } from '../../contract/platform-file.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import type { Warning } from '../../contract/store.ts'
import { backupDestination } from './fit.ts'

/** Volumes of a store, in the order in which they are shown. */
export const VOLUMES = ['uploads', 'database', 'backups'] as const

/** Rendered size of each volume in GiB; 0 if it does not exist or its size is not declared. */
export function volumesOf(store: StoreFile, platform: Platform) {
  const plan = planOf(store, platform)
  const implied = backupDestination(store, platform) === 'pvc' ? (plan?.storage.backups ?? 0) : 0
  const { uploads, database, backups = implied } = store.storage
  return { uploads, database, backups }
}

/**
 * Can existing volumes of this store be enlarged? If the StorageClass does not allow it, Kubernetes
 * rejects the larger claim, and Argo CD stops applying any later change of the store.
 * Source: Kubernetes docs, "Expanding Persistent Volumes Claims"; observed with local-path volumes.
 */
export function volumesExpand({ cluster }: StoreFile, { clusters }: Platform): boolean {
  return Object.hasOwn(clusters, cluster) && clusters[cluster]?.allowVolumeExpansion === true
}

/** Volumes after a move to another plan: they grow to its sizes if the cluster can enlarge volumes, and never shrink. */
export function storageInPlan(
  before: StoreFile,
  plan: Plan,
  platform: Platform,
): StoreFile['storage'] {
  const present = before.storage
  if (volumesExpand(before, platform)) return grownStorage(present, plan)
  // The size of an undeclared backup volume came from the old plan, so declare it to keep it.
  const { backups } = volumesOf(before, platform)
  return { ...present, ...(backups === 0 ? {} : { backups }) }
}

/** The current size of each volume, or the plan's if that is larger. */
export function grownStorage(present: StoreFile['storage'], plan: Plan): StoreFile['storage'] {
  return {
    ...present,
    uploads: Math.max(present.uploads, plan.storage.uploads),
    database: Math.max(present.database, plan.storage.database),
    ...(present.backups === undefined
      ? {}
      : { backups: Math.max(present.backups, plan.storage.backups) }),
  }
}

/** Warns about volumes whose size differs from that of the store's new plan. */
export function planWarnings(before: StoreFile, after: StoreFile, platform: Platform): Warning[] {
  const plan = planOf(after, platform)
  if (plan === undefined || before.plan === after.plan) return []
  const now = volumesOf(after, platform)
  const kept = VOLUMES.filter((volume) => now[volume] > 0 && now[volume] !== plan.storage[volume])
  if (kept.length === 0) return []
  const sizes = kept.map(
    (volume) => `${volume} ${now[volume]} Gi instead of ${plan.storage[volume]} Gi`,
  )
  const why = kept.some((volume) => now[volume] < plan.storage[volume])
    ? `volumes of cluster ${after.cluster} cannot be enlarged`
    : 'volumes only grow'
  const message = `${why}, so they keep their size: ${sizes.join(', ')}`
  return [{ code: 'volumes_kept', pointer: '#/storage', message }]
}

function planOf({ plan }: StoreFile, { plans }: Platform): Plan | undefined {
  return Object.hasOwn(plans, plan) ? plans[plan] : undefined
}
