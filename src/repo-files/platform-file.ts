import { defaultPlans } from '../contract/plan-defaults.ts'
import { type Peer, type Platform, PlatformFile } from '../contract/platform-file.ts'
import { contradictions } from './platform-contradictions.ts'
import { type Parsed, parseYaml, refused } from './yaml.ts'

/** Parses platform.yaml and fills in the defaults of its profile. */
export function parsePlatformFile(text: string): Parsed<Platform> {
  const parsed = parseYaml(text, PlatformFile)
  if (parsed.value === null) return parsed
  const platform = withDefaults(parsed.value)
  const problems = contradictions(parsed.value, platform)
  return problems.length === 0 ? { value: platform, problems: [] } : refused(problems)
}

/** Default pods that serve the hosts, by IngressClass. Source: labels in the charts of traefik and ingress-nginx. */
const INGRESS_PEERS: Readonly<Record<string, Peer>> = {
  traefik: { namespace: 'kube-system', podLabels: { 'app.kubernetes.io/name': 'traefik' } },
  nginx: { namespace: 'ingress-nginx', podLabels: { 'app.kubernetes.io/name': 'ingress-nginx' } },
}

function withDefaults(file: PlatformFile): Platform {
  const profile = file.profile ?? 'local'
  const local = profile === 'local'
  return {
    profile,
    baseDomain: file.baseDomain ?? (local ? '127-0-0-1.nip.io' : ''),
    scheme: file.scheme ?? (local ? 'http' : 'https'),
    exposure: exposureOf(file, local),
    network: networkOf(file),
    plans: { ...defaultPlans, ...file.plans },
    releases: file.releases,
    defaults: {
      team: file.defaults?.team ?? 'default',
      plan: file.defaults?.plan ?? 'small',
      release: file.defaults?.release ?? newest(Object.keys(file.releases)),
      cluster: file.defaults?.cluster ?? 'in-cluster',
    },
    secrets: secretsOf(file),
    backup: backupOf(file, local),
    egressHttps: file.egress?.https ?? 'allow',
    pluginHosts: file.pluginHosts ?? ['downloads.wordpress.org'],
    clusters: clustersOf(file),
    teams: teamsOf(file),
    ...limitsOf(file, local),
    onModified: file.reconcile?.onModified ?? (local ? 'report' : 'rerender'),
    retentionDays: file.deletion?.retentionDays ?? (local ? 0 : 7),
    autoPurge: file.deletion?.autoPurge ?? true,
    confirmNamespace: file.deletion?.confirmNamespace ?? !local,
    argocdNamespace: file.argocd?.namespace ?? 'argocd',
    shards: file.argocd?.shards ?? [],
    reservedNames: file.reservedNames ?? [],
  }
}

function exposureOf({ exposure = {} }: PlatformFile, local: boolean): Platform['exposure'] {
  const mode = exposure.mode ?? 'ingress'
  const className = exposure.ingress?.className ?? 'traefik'
  const preset = mode === 'ingress' ? INGRESS_PEERS[className] : undefined
  const gateway = exposure.gateway
  return {
    mode,
    className,
    gateway:
      gateway === undefined
        ? null
        : {
            name: gateway.name,
            namespace: gateway.namespace,
            ...(gateway.sectionName === undefined ? {} : { sectionName: gateway.sectionName }),
          },
    tls: exposure.tls ?? (local ? 'none' : 'wildcard'),
    clusterIssuer: exposure.clusterIssuer ?? null,
    peers: exposure.peers ?? (preset === undefined ? [] : [preset]),
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

function secretsOf({ secrets }: PlatformFile): Platform['secrets'] {
  const external = secrets?.external
  return {
    mode: secrets?.mode ?? 'job',
    certificate: secrets?.sealed?.certificate ?? null,
    external:
      external === undefined
        ? null
        : {
            storeKind: external.storeKind,
            storeName: external.storeName ?? '',
            refresh: external.refresh ?? '1h0m0s',
          },
  }
}

function backupOf({ backup }: PlatformFile, local: boolean): Platform['backup'] {
  return {
    schedule: backup?.schedule ?? 'H 2 * * *',
    retentionDays: backup?.retentionDays ?? 7,
    destination: backup?.destination ?? (local ? 'none' : 'pvc'),
    s3: backup?.s3 ?? null,
  }
}

function clustersOf(file: PlatformFile): Platform['clusters'] {
  const clusters = file.clusters ?? { 'in-cluster': {} }
  return Object.fromEntries(
    Object.entries(clusters).map(
      ([name, { baseDomain, storageClass, allowVolumeExpansion, uploadsAccess, maxStores }]) => [
        name,
        {
          allowVolumeExpansion: allowVolumeExpansion ?? false,
          uploadsAccess: uploadsAccess ?? 'RWO',
          maxStores: maxStores ?? 5000,
          ...(baseDomain === undefined ? {} : { baseDomain }),
          ...(storageClass === undefined ? {} : { storageClass }),
        },
      ],
    ),
  )
}

function teamsOf(file: PlatformFile): Platform['teams'] {
  const teams = file.teams ?? { default: {} }
  return Object.fromEntries(
    Object.entries(teams).map(([name, team]) => [
      name,
      {
        codeowners: team.codeowners ?? [],
        maxStores: team.maxStores ?? 2500,
        plans: team.plans ?? null,
        clusters: team.clusters ?? null,
        project: team.project ?? 'shared',
        ...(team.title === undefined ? {} : { title: team.title }),
      },
    ]),
  )
}

function limitsOf({ limits }: PlatformFile, local: boolean) {
  return {
    maxStores: limits?.maxStores ?? (local ? 10 : 50),
    maxStoresOfPlan: limits?.plans ?? {},
    provisioning: limits?.provisioning ?? (local ? 3 : 5),
    nameQuarantineDays: limits?.nameQuarantineDays ?? (local ? 0 : 30),
    massDelete: {
      max: limits?.massDelete?.max ?? 3,
      percent: limits?.massDelete?.percent ?? 1,
      windowMinutes: limits?.massDelete?.windowMinutes ?? 60,
    },
  }
}

/** Newest release id by numeric comparison, so `2026.9` < `2026.11`; `''` if there is none. */
function newest(ids: readonly string[]): string {
  const key = (id: string) =>
    id
      .split('.')
      .map((part) => part.padStart(4, '0'))
      .join('.')
  return ids.toSorted((a, b) => (key(a) < key(b) ? 1 : -1))[0] ?? ''
}
