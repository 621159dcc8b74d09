import type { Plan, Platform } from '../contract/platform-file.ts'
import type { Warning } from '../contract/store.ts'
import type { StoreFile } from '../contract/store-file.ts'
import { backupDestination } from './fit.ts'

/** Volumes of a store, in the order in which people name them. */
export const VOLUMES = ['uploads', 'database', 'backups'] as const

/** GiB of each volume as rendered; 0 = there is none, or nothing says how large it is. */
export function volumesOf(store: StoreFile, platform: Platform) {
  const plan = planOf(store, platform)
  const implied = backupDestination(store, platform) === 'pvc' ? (plan?.storage.backups ?? 0) : 0
  const { uploads, database, backups = implied } = store.storage
  return { uploads, database, backups }
}

/**
 * May volumes that exist be enlarged where this store runs? Kubernetes refuses the larger claim where the StorageClass
 * does not allow it, and Argo CD then applies no later change of the store either.
 * Source: Kubernetes docs, "Expanding Persistent Volumes Claims"; seen on a node with local-path volumes.
 */
export function volumesExpand({ cluster }: StoreFile, { clusters }: Platform): boolean {
  return Object.hasOwn(clusters, cluster) && clusters[cluster]?.allowVolumeExpansion === true
}

/** Volumes after a move from the plan of `before` to `plan`: they grow to its sizes where they can, and never shrink. */
export function storageInPlan(
  before: StoreFile,
  plan: Plan,
  platform: Platform,
): StoreFile['storage'] {
  const present = before.storage
  if (volumesExpand(before, platform)) return grownStorage(present, plan)
  // A backup volume of no declared size has the one of the plan that is left: it is declared now, so that it stays.
  const { backups } = volumesOf(before, platform)
  return { ...present, ...(backups === 0 ? {} : { backups }) }
}

/** Volumes as they are, or as the plan gives them where that is more. */
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

/** Says which volumes of a store that moved to another plan are not of that plan's size. */
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
