import type { Platform } from '../contract/platform-file.ts'
import type {
  InstalledArgoCd,
  InstalledProject,
  PermittedKind,
} from '../domain/argocd-installed.ts'
import { madeByControllers, namespacedKinds } from '../../constructs/index.ts'
import { argoCdSetup, type StoreNeeds } from './argocd-setup.ts'

/** How what is installed differs from what platform.yaml asks for. */
export interface Drift {
  /** One clause each, names first; empty = as asked. */
  readonly problems: readonly string[]
  /** ApplicationSets that nothing asks for; they go before the others come. */
  readonly surplusSets: readonly string[]
  /** AppProjects that nothing asks for; they go last. */
  readonly surplusProjects: readonly string[]
}

/** Fields that a platform engineer may set as they like. */
const FREE = [
  'spec.generators[0].git.requeueAfterSeconds',
  'spec.template.spec.revisionHistoryLimit',
]

/**
 * Addresses are taken from the first set that is installed: every set must have the same. Fields that are not rendered
 * are free, and so are sync windows, roles and signatures of a project; it must permit what stores use, and nothing else.
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
      ...surplusSets.map((name) => `ApplicationSet ${name} is not asked for`),
      ...surplusProjects.map((name) => `AppProject ${name} is not asked for`),
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
 * Where `actual` lacks or contradicts something of `asked`; what it has beyond that does not count. `null` = nowhere.
 * A value that Go writes as absent may be absent: Argo CD's controller rewrites the set without `recurse: false`.
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
/** Argo CD's own cluster by the address that it always has there. */
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

/** Does a rule speak of all of `kind`? `*` is the one pattern that is understood. */
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
