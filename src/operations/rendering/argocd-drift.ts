import { madeByControllers, namespacedKinds } from '../../../constructs/index.ts'
import type { Platform } from '../../contract/platform-file.ts'
import type {
  InstalledArgoCd,
  InstalledProject,
  PermittedKind,
} from '../../domain/argocd/installed.ts'
import { argoCdSetup, type StoreNeeds } from './argocd-setup.ts'

/** Differences between the installed objects and those that platform.yaml requires. */
export interface Drift {
  /** One clause each, starting with the name; empty if there is no difference. */
  readonly problems: readonly string[]
  /** ApplicationSets that platform.yaml does not require. They are deleted before others are created. */
  readonly surplusSets: readonly string[]
  /** AppProjects that platform.yaml does not require. They are deleted last. */
  readonly surplusProjects: readonly string[]
}

/** Rendered fields that an administrator may change freely. */
const FREE = [
  'spec.generators[0].git.requeueAfterSeconds',
  'spec.template.spec.revisionHistoryLimit',
]

/**
 * Compares the installed objects with the required ones. The addresses come from the first installed
 * set, and every set must have the same. Ignores fields that are not rendered, and the sync windows,
 * roles and signature keys of a project. A project must permit what its stores use and no more.
 */
export function argoCdDrift(
  platform: Platform,
  stores: readonly StoreNeeds[],
  branch: string,
  installed: InstalledArgoCd,
): Drift {
  const { repoURL = '', dashboardUrl = '' } = installed.sets[0] ?? {}
  const setup = argoCdSetup(platform, stores, { repoURL, dashboardUrl, branch, apiNamespace: '' })
  const projects = setup.projects as readonly RenderedProject[]
  const sets = setup.applicationSets as readonly RenderedSet[]
  const named = <T extends { readonly name: string }>(all: readonly T[], name: string) =>
    all.find((each) => each.name === name)
  const surplus = (all: readonly { readonly name: string }[], asked: readonly Named[]) =>
    all
      .map(({ name }) => name)
      .filter((name) => !asked.some(({ metadata }) => metadata.name === name))
  const surplusSets = surplus(installed.sets, sets)
  const surplusProjects = surplus(installed.projects, projects)
  return {
    problems: [
      ...projects.flatMap(({ metadata: { name }, spec }) => {
        const found = named(installed.projects, name)
        return found === undefined
          ? [`AppProject ${name} is missing`]
          : projectProblems(spec, found, installed.sets.length === 0 ? null : repoURL)
      }),
      ...sets.flatMap(({ metadata: { name }, spec }) => {
        const found = named(installed.sets, name)
        if (found === undefined) return [`ApplicationSet ${name} is missing`]
        const at = difference(spec, found.spec, 'spec')
        return at === null ? [] : [`ApplicationSet ${name} differs in ${at}`]
      }),
      ...surplusSets.map((name) => `ApplicationSet ${name} is not required by platform.yaml`),
      ...surplusProjects.map((name) => `AppProject ${name} is not required by platform.yaml`),
    ],
    surplusSets,
    surplusProjects,
  }
}

interface Named {
  readonly metadata: { readonly name: string }
}
interface RenderedSet extends Named {
  readonly spec: unknown
}
interface RenderedProject extends Named {
  readonly spec: {
    readonly destinations: readonly { readonly name: string }[]
    readonly namespaceResourceWhitelist: readonly PermittedKind[]
  }
}

/**
 * Path of the first value in `asked` that `actual` lacks or contradicts; `null` if there is none.
 * Additional values in `actual` are ignored. A zero value may be absent, because Argo CD's controller
 * rewrites the set without fields such as `recurse: false`.
 */
function difference(asked: unknown, actual: unknown, at: string): string | null {
  if (FREE.includes(at)) return null
  if (typeof asked !== 'object' || asked === null) {
    const same =
      actual === undefined ? asked === false || asked === '' || asked === 0 : asked === actual
    return same ? null : at
  }
  if (typeof actual !== 'object' || actual === null) return at
  if (Array.isArray(asked)) {
    if (!Array.isArray(actual) || actual.length !== asked.length) return at
    return firstOf(asked.map((item, n) => difference(item, actual[n], `${at}[${n}]`)))
  }
  return firstOf(
    Object.entries(asked).map(([key, value]) =>
      difference(value, (actual as Record<string, unknown>)[key], `${at}.${key}`),
    ),
  )
}

function firstOf(places: readonly (string | null)[]): string | null {
  return places.find((place) => place !== null) ?? null
}

const NAMESPACE: PermittedKind = { group: '', kind: 'Namespace', name: 'store-*' }
const MOST = [...namespacedKinds(['job', 'sealed', 'external']), ...madeByControllers]
/** The fixed address of Argo CD's own cluster. */
const IN_CLUSTER = 'https://kubernetes.default.svc'

function projectProblems(
  asked: RenderedProject['spec'],
  found: InstalledProject,
  repoURL: string | null,
): readonly string[] {
  const refused = (kind: PermittedKind) => found.refusedKinds.some((rule) => covers(rule, kind))
  const may = (kind: PermittedKind, rules: readonly PermittedKind[] | null) =>
    !refused(kind) && (rules === null || rules.some((rule) => covers(rule, kind)))
  const lacks = [
    ...asked.namespaceResourceWhitelist
      .filter((kind) => !may(kind, found.namespacedKinds))
      .map(({ kind }) => kind),
    ...(may(NAMESPACE, found.clusterKinds) ? [] : ['Namespace store-*']),
    ...asked.destinations
      .filter(({ name }) => !found.destinations.some((to) => reaches(to, name)))
      .map(({ name }) => `cluster ${name}`),
    ...(repoURL === null || found.sourceRepos.some((repo) => isRepo(repo, repoURL))
      ? []
      : [`repository ${repoURL}`]),
  ]
  const beyond = [
    ...(found.namespacedKinds === null ? ['every kind'] : []),
    ...(found.namespacedKinds ?? [])
      .filter((rule) => !MOST.some(({ group, kind }) => rule.group === group && rule.kind === kind))
      .map(({ kind }) => kind),
    ...found.clusterKinds
      .filter(({ kind, name = '*' }) => kind !== 'Namespace' || !name.startsWith('store-'))
      .map(({ kind, name = '*' }) => `${kind} ${name}`),
    ...found.destinations
      .filter(({ namespace }) => !/^!|^store-/.test(namespace))
      .map(({ namespace }) => `namespace ${namespace}`),
    ...found.sourceRepos
      .filter((repo) => repoURL !== null && plain(repo) !== plain(repoURL))
      .map((repo) => `repository ${repo}`),
  ]
  return [
    ...(lacks.length === 0 ? [] : [`AppProject ${found.name} does not permit ${lacks.join(', ')}`]),
    ...(beyond.length === 0
      ? []
      : [`AppProject ${found.name} permits too much: ${beyond.join(', ')}`]),
  ]
}

/** Does a rule match every object of `kind`? `*` is the only supported pattern. */
function covers(rule: PermittedKind, { group, kind, name }: PermittedKind): boolean {
  const fits = (pattern: string, value: string) => pattern === '*' || pattern === value
  return (
    fits(rule.group, group) &&
    fits(rule.kind, kind) &&
    (rule.name === undefined || rule.name === '' || fits(rule.name, name ?? '*'))
  )
}

function reaches(to: InstalledProject['destinations'][number], cluster: string): boolean {
  const there =
    to.cluster === '*' ||
    to.cluster === cluster ||
    (cluster === 'in-cluster' && to.cluster === IN_CLUSTER)
  return there && ['*', 'store-*'].includes(to.namespace)
}

function isRepo(permitted: string, repoURL: string): boolean {
  return permitted === '*' || plain(permitted) === plain(repoURL)
}

function plain(repoURL: string): string {
  return repoURL.replace(/\.git$/, '')
}
