import type { Plan, Platform, PlatformFile, Release } from '../contract/platform-file.ts'
import type { ProblemDetail } from '../contract/problem.ts'

type Need = (holds: boolean, pointer: string, detail: string) => void

/** Rules across several keys of platform.yaml: references to undeclared names, and values that others require. */
export function contradictions(file: PlatformFile, platform: Platform): ProblemDetail[] {
  const problems: ProblemDetail[] = []
  const need: Need = (holds, pointer, detail) => {
    if (!holds) problems.push({ pointer, detail })
  }
  exposed(platform, need)
  counted(file, platform, need)
  referenced(platform, need)
  kept(platform, need)
  sharded(platform, need)
  for (const [id, release] of Object.entries(platform.releases)) {
    downloaded(id, release, platform, need)
  }
  for (const [id, plan] of Object.entries(platform.plans)) misfits(id, plan, need)
  // Refused at the start, so that a server never writes directly to main although the file asks for reviews.
  need(
    file.write?.mode !== 'pull-request',
    '#/write/mode',
    'pull-request is not available in this version',
  )
  need(
    (file.write?.rules ?? []).every(({ mode }) => mode === 'direct'),
    '#/write/rules',
    'pull-request is not available in this version',
  )
  return problems
}

function exposed({ baseDomain, exposure }: Platform, need: Need): void {
  need(baseDomain !== '', '#/baseDomain', 'is required in the production profile')
  const { mode, gateway, peers, tls, clusterIssuer } = exposure
  need(
    peers.length > 0,
    '#/exposure/peers',
    mode === 'gateway'
      ? 'is required with a Gateway: the sources that may reach the pods'
      : 'is required: this ingress class has no preset',
  )
  need(mode !== 'gateway' || gateway !== null, '#/exposure/gateway', 'is required in mode gateway')
  need(
    mode !== 'gateway' || tls !== 'per-store',
    '#/exposure/tls',
    'per-store is not possible with a Gateway; its listener has the certificate',
  )
  need(
    tls !== 'per-store' || clusterIssuer !== null,
    '#/exposure/clusterIssuer',
    'is required with tls per-store',
  )
}

function counted(file: PlatformFile, platform: Platform, need: Need): void {
  const count = (object: object) => Object.keys(object).length
  need(count(file.releases) > 0, '#/releases', 'declares no release')
  need(count(file.releases) <= 50, '#/releases', 'at most 50 releases')
  need(count(platform.plans) <= 20, '#/plans', 'at most 20 plans')
  need(count(platform.clusters) <= 100, '#/clusters', 'at most 100 clusters')
  need(count(platform.teams) <= 500, '#/teams', 'at most 500 teams')
}

function referenced(platform: Platform, need: Need): void {
  const { defaults, plans, releases, clusters, teams } = platform
  need(Object.hasOwn(plans, defaults.plan), '#/defaults/plan', 'names an undeclared plan')
  need(
    Object.hasOwn(releases, defaults.release),
    '#/defaults/release',
    'names an undeclared release',
  )
  need(
    Object.hasOwn(clusters, defaults.cluster),
    '#/defaults/cluster',
    'names an undeclared cluster',
  )
  need(Object.hasOwn(teams, defaults.team), '#/defaults/team', 'names an undeclared team')
  for (const [id, team] of Object.entries(teams)) {
    for (const [key, known] of [
      ['plans', plans],
      ['clusters', clusters],
    ] as const) {
      for (const [at, name] of (team[key] ?? []).entries()) {
        need(
          Object.hasOwn(known, name),
          `#/teams/${id}/${key}/${at}`,
          `names an undeclared ${key.slice(0, -1)}`,
        )
      }
    }
  }
}

function kept({ secrets, backup }: Platform, need: Need): void {
  need(
    secrets.mode !== 'sealed' || secrets.certificate !== null,
    '#/secrets/sealed/certificate',
    'is required in mode sealed: kubeseal --fetch-cert',
  )
  need(
    secrets.mode !== 'external' || secrets.external !== null,
    '#/secrets/external',
    'is required in mode external',
  )
  need(
    secrets.external === null ||
      secrets.external.storeKind === 'Generator' ||
      secrets.external.storeName !== '',
    '#/secrets/external/storeName',
    'is required unless storeKind is Generator',
  )
  need(
    backup.destination !== 's3' || backup.s3 !== null,
    '#/backup/s3',
    'is required with destination s3',
  )
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** Each first letter must be in exactly one shard. Otherwise a store would have no ApplicationSet, or two. */
function sharded({ shards }: Platform, need: Need): void {
  const letters = shards.map(lettersIn)
  for (const [at, mine] of letters.entries()) {
    need(mine !== '', `#/argocd/shards/${at}`, `${shards[at]} is in reverse order`)
    const twin = letters.findIndex((other, n) => n < at && [...mine].some((l) => other.includes(l)))
    need(
      twin < 0,
      `#/argocd/shards/${at}`,
      `shares letters with ${shards[twin]}, but each store must belong to one shard`,
    )
  }
  const left = [...LETTERS].filter((letter) => !letters.some((some) => some.includes(letter)))
  need(
    shards.length === 0 || left.length === 0,
    '#/argocd/shards',
    `leaves out ${left.join(', ')}, so stores whose names start with them would not be deployed; cover a to z`,
  )
}

/** Letters of a shard: `abc` for `[a-c]`; `''` if it is in reverse order. */
function lettersIn(shard: string): string {
  const from = LETTERS.indexOf(shard[1] ?? '')
  return LETTERS.slice(from, LETTERS.indexOf(shard.at(-2) ?? '') + 1)
}

function downloaded(id: string, release: Release, { pluginHosts }: Platform, need: Need): void {
  for (const key of ['woocommerce', 'redisCache'] as const) {
    const zip = release[key]
    if (zip === undefined) continue
    need(
      pluginHosts.includes(new URL(zip.url).hostname),
      `#/releases/${id}/${key}/url`,
      'is not on one of pluginHosts',
    )
  }
}

/** Contradictions within a plan: requests above limits, or pods that do not fit its quota. */
function misfits(id: string, plan: Plan, need: Need): void {
  for (const part of ['wordpress', 'mariadb'] as const) {
    const { cpuRequestMillis, cpuLimitMillis, memoryRequestMi, memoryLimitMi } = plan[part]
    const at = `#/plans/${id}/${part}`
    need(cpuRequestMillis <= cpuLimitMillis, `${at}/cpuRequest`, 'is above the limit')
    need(memoryRequestMi <= memoryLimitMi, `${at}/memoryRequest`, 'is above the limit')
  }
  const { min, max } = plan.wordpress.replicas
  need(min <= max, `#/plans/${id}/wordpress/replicas/min`, 'is above max')
  need(
    plan.mariadb.bufferPoolMi + 128 <= plan.mariadb.memoryLimitMi,
    `#/plans/${id}/mariadb/bufferPool`,
    'leaves MariaDB less than 128Mi of its memory limit for everything else',
  )
  for (const [key, used] of Object.entries(worstCase(plan))) {
    need(
      used <= plan.quota[key as keyof Plan['quota']],
      `#/plans/${id}/quota/${key.replace(/(?:Millis|Mi)$/, '')}`,
      'is too small for the store, its set-up Job, cron and two backups at once',
    )
  }
}

/**
 * Largest resource use of one store: both servers, the largest cache, set-up, cron, two backups, a
 * certificate solver and `secrets-init`. If the store scales out, this includes every replica and one
 * more for a rolling update. CPU in millicores, memory in MiB.
 */
function worstCase({ wordpress, mariadb }: Plan): Plan['quota'] {
  const { max } = wordpress.replicas
  const servers = max === 1 ? 1 : max + 1
  const both = (key: 'cpuRequestMillis' | 'memoryRequestMi' | 'cpuLimitMillis' | 'memoryLimitMi') =>
    servers * wordpress[key] + mariadb[key]
  return {
    pods: servers + 8,
    requestsCpuMillis: both('cpuRequestMillis') + 255,
    requestsMemoryMi: both('memoryRequestMi') + 432,
    limitsCpuMillis: both('cpuLimitMillis') + servers * 250 + 2050,
    limitsMemoryMi: both('memoryLimitMi') + 1088,
  }
}
