import type { NameReleased, ReleaseName } from '../contract/repository.ts'
import { holdOf, requireEndlessHold } from '../domain/admission/name-holds.ts'
import { StoreError } from '../domain/errors.ts'
import { namespaceOf } from '../domain/layout.ts'
import type { ChangeOptions, OperationDeps, Requester, StoreChange } from '../domain/ports.ts'
import { isSilent } from '../domain/status/purge.ts'

/**
 * Releases a name that is reserved without an end because the folder of its store disappeared. It is
 * then reserved as after a purge. The commit has no files, since names are read from history, and
 * records who stated that the namespace is gone.
 * @throws StoreError `conflict` (not reserved in that way, or Argo CD still has the Application),
 *   `status_unavailable` (the status source is simulated or silent), and every code of
 *   `StoresRepo.change`
 */
export async function releaseName(
  deps: Pick<OperationDeps, 'repo' | 'applications' | 'clock' | 'purge'>,
  { name, reason }: Pick<ReleaseName, 'name' | 'reason'>,
  by: Requester,
  options: ChangeOptions = {},
): Promise<NameReleased> {
  // Read once, because the decision runs again on a newer head and must not depend on a clock.
  const now = deps.clock.now()
  requireNoApplication(deps, namespaceOf(name), now)
  const decide = (at: Parameters<typeof requireEndlessHold>[1]): StoreChange => {
    const { team } = requireEndlessHold(name, at, now)
    return { team, name, action: 'release', facts: ['name'], reason, files: new Map() }
  }
  const { commit, snapshot } = await deps.repo.change(by, decide, options)
  return { revision: commit, name, until: holdOf(name, '', snapshot, now)?.until ?? null }
}

/** While the Application exists, so do its resources in the cluster, whatever the admin saw. */
function requireNoApplication(
  { applications, purge }: Pick<OperationDeps, 'applications' | 'purge'>,
  application: string,
  now: number,
): void {
  const told = { asOf: applications.asOf(), intervalMs: applications.intervalMs }
  const believed = !applications.simulated || purge.simulatedIsEnough
  if (!believed || isSilent(told, now)) {
    const why = believed
      ? 'Argo CD cannot be reached, so it is unknown whether it still has that store'
      : 'the status is simulated, so it is unknown whether Argo CD still has that store'
    throw new StoreError('status_unavailable', why)
  }
  if (!applications.has(application)) return
  throw new StoreError('conflict', 'Argo CD still has the Application of that store', {
    hint: `Wait until ${application} is gone, or restore the folder and purge the store.`,
  })
}
