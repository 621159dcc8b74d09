import type { Platform } from '../../contract/platform-file.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import { keysWith } from '../../contract/store-options.ts'
import type { Retry, StorePatch } from '../../contract/store-patch.ts'
import { backupDestination } from './fit.ts'
import { storageInPlan } from './volumes.ts'

const REPLACED = keysWith('replace')
const REMOVABLE = keysWith('remove')

/**
 * Returns the intent after a patch. A new plan grows the volumes to its sizes if the cluster can
 * enlarge volumes, and never shrinks them. Turning on backups to a volume adds the plan's volume.
 */
export function patched(store: StoreFile, patch: StorePatch, platform: Platform): StoreFile {
  const changed: Record<string, unknown> = {
    ...store,
    site: { ...store.site, ...given(patch.site ?? {}) },
  }
  for (const key of [...REPLACED, ...REMOVABLE]) {
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
    storage: { ...grown, ...backups, ...given(patch.storage ?? {}) } as StoreFile['storage'],
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
