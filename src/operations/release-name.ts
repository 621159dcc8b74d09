import type { NameReleased, ReleaseName } from '../contract/repository.ts'
import { StoreError } from '../domain/errors.ts'
import { namespaceOf } from '../domain/layout.ts'
import type { ChangeOptions, OperationDeps, Requester, StoreChange } from '../domain/ports.ts'
import { isSilent } from '../domain/purge.ts'
import { holdOf, requireEndlessHold } from '../domain/vacated.ts'

/**
 * Gives a name free that was kept without end because the folder of its store vanished: from then on it is kept as after
 * a purge. A commit without files, for names are read from history; it bears who said that the namespace is gone.
 * @throws StoreError `conflict` (not kept so, or Argo CD still has its Application), `status_unavailable` (Argo CD cannot
 *   be asked), and every code of `StoresRepo.change`
 */
export async function releaseName(
  deps: Pick<OperationDeps, 'repo' | 'applications' | 'clock' | 'purge'>,
  { name, reason }: Pick<ReleaseName, 'name' | 'reason'>,
  by: Requester,
  options: ChangeOptions = {},
): Promise<NameReleased> {
  // Read once: the decision runs again on a newer head and must not depend on a clock.
  const now = deps.clock.now()
  requireNoApplication(deps, namespaceOf(name), now)
  const decide = (at: Parameters<typeof requireEndlessHold>[1]): StoreChange => {
    const { team } = requireEndlessHold(name, at, now)
    return { team, name, action: 'release', facts: ['name'], reason, files: new Map() }
  }
  const { commit, snapshot } = await deps.repo.change(by, decide, options)
  return { revision: commit, name, until: holdOf(name, '', snapshot, now)?.until ?? null }
}

/** What an Application made is in the cluster for as long as the Application is, whatever somebody looked at. */
function requireNoApplication(
  { applications, purge }: Pick<OperationDeps, 'applications' | 'purge'>,
  application: string,
  now: number,
): void {
  const told = { asOf: applications.asOf(), intervalMs: applications.intervalMs }
  const believed = !applications.simulated || purge.simulatedIsEnough
  if (!believed || isSilent(told, now)) {
    const why = believed
      ? 'Argo CD cannot be reached, so nobody knows whether it still has that store'
      : 'the status is simulated, so nobody knows whether Argo CD still has that store'
    throw new StoreError('status_unavailable', why)
  }
  if (!applications.has(application)) return
  throw new StoreError('conflict', 'Argo CD still has the Application of that store', {
    hint: `Wait until ${application} is gone, or put the folder back and purge the store.`,
  })
}
