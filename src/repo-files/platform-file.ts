import { defaultPlans } from '../contract/plan-defaults.ts'
import { type Peer, type Plan, type Platform, PlatformFile } from '../contract/platform-file.ts'
import type { ProblemDetail } from '../contract/problem.ts'
import { type Parsed, parseYaml, refused } from './yaml.ts'

/** Reads platform.yaml and fills in the defaults of its profile. */
export function parsePlatformFile(text: string): Parsed<Platform> {
  const parsed = parseYaml(text, PlatformFile)
  if (parsed.value === null) return parsed
  const platform = withDefaults(parsed.value)
  const problems = contradictions(parsed.value, platform)
  return problems.length === 0 ? { value: platform, problems: [] } : refused(problems)
}

/** Pods that serve the hosts, per IngressClass. Source: the charts' own labels (traefik, ingress-nginx). */
const INGRESS_PEERS: Readonly<Record<string, Peer>> = {
  traefik: { namespace: 'kube-system', podLabels: { 'app.kubernetes.io/name': 'traefik' } },
  nginx: { namespace: 'ingress-nginx', podLabels: { 'app.kubernetes.io/name': 'ingress-nginx' } },
}

function withDefaults(file: PlatformFile): Platform {
  const profile = file.profile ?? 'local'
  const local = profile === 'local'
  const className = file.exposure?.ingress?.className ?? 'traefik'
  const preset = INGRESS_PEERS[className]
  return {
    profile,
    baseDomain: file.baseDomain ?? (local ? '127-0-0-1.nip.io' : ''),
    scheme: file.scheme ?? (local ? 'http' : 'https'),
    exposure: {
      mode: 'ingress',
      className,
      tls: file.exposure?.tls ?? (local ? 'none' : 'wildcard'),
      peers: file.exposure?.peers ?? (preset === undefined ? [] : [preset]),
    },
    network: networkOf(file),
    plans: { ...defaultPlans, ...file.plans },
    releases: file.releases,
    defaults: {
      team: file.defaults?.team ?? 'default',
      plan: file.defaults?.plan ?? 'small',
      release: file.defaults?.release ?? newest(Object.keys(file.releases)),
      cluster: file.defaults?.cluster ?? 'in-cluster',
    },
    egressHttps: file.egress?.https ?? 'allow',
    pluginHosts: file.pluginHosts ?? ['downloads.wordpress.org'],
    clusters: clustersOf(file),
    teams: teamsOf(file),
    maxStores: file.limits?.maxStores ?? (local ? 10 : 50),
    retentionDays: file.deletion?.retentionDays ?? (local ? 0 : 7),
    argocdNamespace: file.argocd?.namespace ?? 'argocd',
    reservedNames: file.reservedNames ?? [],
  }
}

function networkOf(file: PlatformFile): Platform['network'] {
  return {
    nodeLocalDns: file.network?.nodeLocalDns ?? false,
    ipv6: file.network?.ipv6 ?? false,
    podSecurityVersion: file.network?.podSecurityVersion ?? 'v1.34',
    apiServer: file.network?.apiServer ?? { cidrs: ['0.0.0.0/0'], ports: [443, 6443] },
  }
}

function clustersOf(file: PlatformFile): Platform['clusters'] {
  const clusters = file.clusters ?? { 'in-cluster': {} }
  return Object.fromEntries(
    Object.entries(clusters).map(([name, cluster]) => [
      name,
      {
        maxStores: cluster.maxStores ?? 5000,
        ...(cluster.storageClass === undefined ? {} : { storageClass: cluster.storageClass }),
      },
    ]),
  )
}

function teamsOf(file: PlatformFile): Platform['teams'] {
  const teams = file.teams ?? { default: {} }
  return Object.fromEntries(
    Object.entries(teams).map(([name, team]) => [
      name,
      {
        maxStores: team.maxStores ?? 2500,
        ...(team.title === undefined ? {} : { title: team.title }),
      },
    ]),
  )
}

/** Newest release id: compared number by number, so `2026.9` < `2026.11`. `''` when there is none. */
function newest(ids: readonly string[]): string {
  const key = (id: string) =>
    id
      .split('.')
      .map((part) => part.padStart(4, '0'))
      .join('.')
  return ids.toSorted((a, b) => (key(a) < key(b) ? 1 : -1))[0] ?? ''
}

/** What single keys cannot show: references that lead nowhere, values that a profile requires. */
function contradictions(file: PlatformFile, platform: Platform): ProblemDetail[] {
  const problems: ProblemDetail[] = []
  const need = (holds: boolean, pointer: string, detail: string) => {
    if (!holds) problems.push({ pointer, detail })
  }
  need(platform.baseDomain !== '', '#/baseDomain', 'is required in the production profile')
  need(
    platform.exposure.peers.length > 0,
    '#/exposure/peers',
    'is required: this ingress class has no preset',
  )
  need(Object.keys(file.releases).length > 0, '#/releases', 'declares no release')
  need(Object.keys(file.releases).length <= 50, '#/releases', 'at most 50 releases')
  need(Object.keys(platform.plans).length <= 20, '#/plans', 'at most 20 plans')
  need(Object.hasOwn(platform.plans, platform.defaults.plan), '#/defaults/plan', 'names no plan')
  need(
    Object.hasOwn(platform.releases, platform.defaults.release),
    '#/defaults/release',
    'names no release',
  )
  need(
    Object.hasOwn(platform.clusters, platform.defaults.cluster),
    '#/defaults/cluster',
    'names no cluster',
  )
  need(Object.hasOwn(platform.teams, platform.defaults.team), '#/defaults/team', 'names no team')
  for (const [id, release] of Object.entries(platform.releases)) {
    need(
      platform.pluginHosts.includes(new URL(release.woocommerce.url).hostname),
      `#/releases/${id}/woocommerce/url`,
      'is not on one of pluginHosts',
    )
  }
  for (const [id, plan] of Object.entries(platform.plans)) problems.push(...misfits(id, plan))
  return problems
}

function misfits(id: string, plan: Plan): ProblemDetail[] {
  const problems: ProblemDetail[] = []
  for (const part of ['wordpress', 'mariadb'] as const) {
    const { cpuRequestMillis, cpuLimitMillis, memoryRequestMi, memoryLimitMi } = plan[part]
    if (cpuRequestMillis > cpuLimitMillis) {
      problems.push({ pointer: `#/plans/${id}/${part}/cpuRequest`, detail: 'is above the limit' })
    }
    if (memoryRequestMi > memoryLimitMi) {
      problems.push({
        pointer: `#/plans/${id}/${part}/memoryRequest`,
        detail: 'is above the limit',
      })
    }
  }
  return problems
}
