import {
  type ArgoCdObjects,
  printYaml,
  renderArgoCd,
  type SecretsMode,
} from '../../../constructs/index.ts'
import type { Platform } from '../../contract/platform-file.ts'
import {
  projectNameOf,
  type ProjectLayout,
  projectsOf,
  setsOf,
} from '../../domain/argocd/layout.ts'

/** Values of the installation that are not in platform.yaml. */
export interface Installation {
  /** The stores repo as Argo CD reads it: https, http or ssh, without credentials. */
  readonly repoURL: string
  /** Base URL of the dashboard, without a trailing slash. */
  readonly dashboardUrl: string
  /** Short name of the branch, such as `main`. */
  readonly branch: string
  /** Namespace of Storewright. */
  readonly apiNamespace: string
}

/** What a store requires its AppProject to permit. */
export interface StoreNeeds {
  readonly team: string
  /** `null`: unknown, which counts as every mode. */
  readonly secretsMode: SecretsMode | null
  /** `null`: unknown. */
  readonly cluster: string | null
}

const ALL_MODES: readonly SecretsMode[] = ['job', 'sealed', 'external']

/**
 * Renders the AppProjects, admission policies and ApplicationSets that platform.yaml requires. A
 * project also permits what its existing stores use, even if new stores may not, because Argo CD
 * refuses or leaves behind what a project no longer permits.
 */
export function argoCdSetup(
  platform: Platform,
  stores: readonly StoreNeeds[],
  installation: Installation,
): ArgoCdObjects {
  return renderArgoCd({
    ...installation,
    argocdNamespace: platform.argocdNamespace,
    projects: projectsOf(platform).map((project) => ({
      name: project.name,
      ...neededIn(project, platform, stores),
    })),
    sets: setsOf(platform),
    podSecurityVersion: platform.network.podSecurityVersion,
    baseDomains: baseDomainsOf(platform),
  })
}

/** The domain of the platform, then the domains of clusters that have their own. */
function baseDomainsOf({ baseDomain, clusters }: Platform): readonly string[] {
  const own = Object.values(clusters).flatMap((cluster) => cluster.baseDomain ?? [])
  return [...new Set([baseDomain, ...own.toSorted()])]
}

function neededIn(
  { name, clusters }: ProjectLayout,
  platform: Platform,
  stores: readonly StoreNeeds[],
): { clusters: readonly string[]; secretsModes: readonly SecretsMode[] } {
  const modes = new Set<SecretsMode>([platform.secrets.mode])
  const places = new Set(clusters)
  for (const { team, secretsMode, cluster } of stores) {
    if (projectNameOf(platform, team) !== name) continue
    for (const mode of secretsMode === null ? ALL_MODES : [secretsMode]) modes.add(mode)
    if (cluster !== null) places.add(cluster)
  }
  return {
    clusters: [...places].toSorted(),
    secretsModes: ALL_MODES.filter((mode) => modes.has(mode)),
  }
}

/** One YAML stream, in the order in which to apply the objects. */
export function printArgoCdSetup(objects: ArgoCdObjects): string {
  const { projects, policies, applicationSets, rights } = objects
  return [...projects, ...policies, ...applicationSets, ...rights]
    .map((object) => printYaml(object))
    .join('---\n')
}
