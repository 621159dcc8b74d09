import { ApiFailure } from '../../adapters/argocd/connection.ts'
import type { InstalledArgoCd } from '../../domain/argocd/installed.ts'
import type { StoresRepo } from '../../domain/ports.ts'
import type { Snapshot } from '../../domain/snapshot.ts'
import { type Finding, ill, skipped, well } from '../../observe/checks.ts'
import { argoCdDrift, type Drift } from '../../operations/rendering/argocd-drift.ts'
import type { StoreNeeds } from '../../operations/rendering/argocd-setup.ts'
import type { Config } from '../config.ts'

export interface SetupCheckDeps {
  readonly config: Pick<
    Config,
    'argocdNamespace' | 'publicUrl' | 'storesRepoBranch' | 'storesRepoUrl'
  >
  readonly repo: Pick<StoresRepo, 'snapshot'>
  /** Reads what is installed. `null` if no cluster is watched (simulated status). */
  readonly installed: ((signal: AbortSignal) => Promise<InstalledArgoCd>) | null
}

/** Largest number of problems listed in the detail. The rest are counted. */
const MAX_PROBLEMS = 5

/** Checks that the installed AppProjects and ApplicationSets match `platform.yaml` at the head. */
export async function setupCheck(deps: SetupCheckDeps, signal: AbortSignal): Promise<Finding> {
  const { config, repo, installed } = deps
  if (installed === null) return skipped('no cluster is watched')
  const snapshot = repo.snapshot()
  const { argocdNamespace } = snapshot.platform
  if (argocdNamespace !== config.argocdNamespace) {
    return ill(
      `platform.yaml says that Argo CD is in namespace ${argocdNamespace}, and ${config.argocdNamespace} is watched`,
      `Set ARGOCD_NAMESPACE=${argocdNamespace} and restart, or correct argocd.namespace in platform.yaml.`,
    )
  }
  let found: InstalledArgoCd
  try {
    found = await installed(signal)
  } catch (error) {
    const why = error instanceof ApiFailure ? error.message : 'the response cannot be read'
    const told = `AppProjects and ApplicationSets cannot be read: ${why}`
    // A project's token is never allowed to read these objects. The check needs a cluster
    // connection or an account with that right.
    return error instanceof ApiFailure && error.status === 403
      ? skipped(told)
      : ill(told, 'Check the address, the credentials and the network.')
  }
  const drift = argoCdDrift(snapshot.platform, needsOf(snapshot), config.storesRepoBranch, found)
  if (drift.problems.length === 0) return well(summaryOf(found))
  const more = drift.problems.length - MAX_PROBLEMS
  return ill(
    drift.problems.slice(0, MAX_PROBLEMS).join('; ') + (more > 0 ? `; and ${more} more` : ''),
    fixOf(drift, found, config),
  )
}

function needsOf({ stores }: Snapshot): readonly StoreNeeds[] {
  return [...stores.values()].map(({ team, intent, app }) => ({
    team,
    secretsMode: intent?.secretsMode ?? null,
    cluster: app?.cluster ?? intent?.cluster ?? null,
  }))
}

function summaryOf({ sets, projects }: InstalledArgoCd): string {
  const windows = projects.flatMap(({ name, syncWindows }) =>
    syncWindows.length === 0 ? [] : [`${name} (${syncWindows.join(', ')})`],
  )
  const names = (all: readonly { readonly name: string }[]) =>
    all.map(({ name }) => name).join(', ')
  return (
    `as platform.yaml asks: ApplicationSets ${names(sets)}; AppProjects ${names(projects)}` +
    (windows.length === 0 ? '' : `; sync windows in ${windows.join(', ')}`)
  )
}

function fixOf(
  { surplusSets, surplusProjects }: Drift,
  { sets }: InstalledArgoCd,
  { argocdNamespace, storesRepoUrl, storesRepoBranch, publicUrl }: SetupCheckDeps['config'],
): string {
  const remove = `kubectl -n ${argocdNamespace} delete`
  const repoUrl = sets[0]?.repoURL ?? storesRepoUrl ?? '<url>'
  const dashboardUrl = sets[0]?.dashboardUrl ?? publicUrl ?? '<url>'
  const branch = storesRepoBranch === 'main' ? '' : ` --branch ${storesRepoBranch}`
  return [
    'In a clone of the stores repo at its head: ',
    ...surplusSets.map((name) => `${remove} applicationset ${name} --cascade=orphan; `),
    `storectl argocd . --repo-url ${repoUrl} --dashboard-url ${dashboardUrl}${branch} | kubectl apply --server-side --force-conflicts -f -`,
    ...surplusProjects.map((name) => `; ${remove} appproject ${name}`),
    ' (argocd/README.md, When platform.yaml changes)',
  ].join('')
}
