import type { Platform } from '../../contract/platform-file.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import type { Retry, StorePatch } from '../../contract/store-patch.ts'
import { backupDestination } from './fit.ts'
import { storageInPlan } from './volumes.ts'

/** Members that a patch replaces in store.yaml, or removes if they are `null`. */
const REMOVABLE = [
  'domains',
  'plugins',
  'themes',
  'cache',
  'smtp',
  'egress',
  'backup',
  'pin',
  'quarantine',
  'labels',
] as const satisfies readonly (keyof StorePatch & keyof StoreFile)[]

/**
 * Returns the intent after a patch. A new plan grows the volumes to its sizes if the cluster can
 * enlarge volumes, and never shrinks them. Turning on backups to a volume adds the plan's volume.
 */
export function patched(store: StoreFile, patch: StorePatch, platform: Platform): StoreFile {
  const { plan, release, title, site, storage, sampleProduct, autoSync } = patch
  const changed: Record<string, unknown> = {
    ...store,
    ...given({ plan, release, title, sampleProduct, autoSync }),
    site: { ...store.site, ...given(site ?? {}) },
  }
  for (const key of REMOVABLE) {
    if (patch[key] === null) delete changed[key]
    else if (patch[key] !== undefined) changed[key] = patch[key]
  }
  const after = changed as StoreFile
  const sizes = Object.hasOwn(platform.plans, after.plan) ? platform.plans[after.plan] : undefined
  const grown =
    sizes === undefined || after.plan === store.plan
      ? store.storage
      : storageInPlan(store, sizes, platform)
  const backups =
    backupDestination(after, platform) === 'pvc' && grown.backups === undefined
      ? given({ backups: sizes?.storage.backups })
      : {}
  return {
    ...after,
    storage: { ...grown, ...backups, ...given(storage ?? {}) } as StoreFile['storage'],
  }
}

/** Raises one counter of the intent. A retry must change the manifests, or Argo CD would not sync again. */
export function retried(store: StoreFile, what: Retry['what']): StoreFile {
  const key = what === 'init' ? 'retry' : what
  return { ...store, nonce: { ...store.nonce, [key]: (store.nonce[key] ?? 0) + 1 } }
}

/** The members that are not `undefined`. */
function given<T extends object>(members: T): Partial<T> {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Partial<T>
}
