import type { StoreFile } from '../contract/store-file.ts'
import type { StorePatch } from '../contract/store-patch.ts'
import type { Warning } from '../contract/store.ts'
import { patched } from '../domain/admission/apply-patch.ts'
import { requirePins } from '../domain/admission/pinned-release.ts'
import { planWarnings } from '../domain/admission/volumes.ts'
import { compact } from '../domain/compact.ts'
import type { ChangeOptions, OperationDeps, Requester } from '../domain/ports.ts'
import type { Snapshot } from '../domain/snapshot.ts'
import { type Changed, changeStore, type StoreRequest } from './changing/change-store.ts'
import { sameIntent } from './changing/same-intent.ts'

/**
 * Changes the editable members of a store.
 * @throws StoreError see `changeStore`
 */
export async function updateStore(
  deps: Pick<OperationDeps, 'repo' | 'views' | 'sealer' | 'clock' | 'pinnedOnly'>,
  request: StoreRequest,
  patch: StorePatch,
  by: Requester,
  options: ChangeOptions = {},
): Promise<Changed> {
  const { force, reason, ticket } = patch
  const asked = {
    ...request,
    ...compact({ force, reason, ticket }),
  }
  let warnings: readonly Warning[] = []
  const next = (store: StoreFile, { platform }: Snapshot) => {
    const after = patched(store, patch, platform)
    if (deps.pinnedOnly === true && after.release !== store.release) {
      requirePins(after.release, platform)
    }
    warnings = planWarnings(store, after, platform)
    return force !== true && sameIntent(store, after) ? null : after
  }
  const facts = (before: StoreFile, after: StoreFile) => [
    ...changedKeys(before, after),
    ...(warnings.length === 0 ? [] : ['volumes keep their size']),
  ]
  const changed = await changeStore(deps, asked, { action: 'update', next, facts }, by, options)
  return { ...changed, warnings }
}

/** `plan small -> medium`, or the names of the keys that changed. */
function changedKeys(before: StoreFile, after: StoreFile): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof StoreFile>
  return [...keys]
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) =>
      key === 'plan' || key === 'release' ? `${key} ${before[key]} -> ${after[key]}` : key,
    )
}
