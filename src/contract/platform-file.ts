import { z } from 'zod'
import { TeamName } from './names.ts'
import { PLAN_KEY, RELEASE_ID } from './store-file.ts'

const dnsName = z
  .string()
  .max(200)
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/,
    'a DNS name',
  )
const dnsLabel = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'a DNS label')
const gibi = z.int().min(1).max(1000)

/** `name:tag@sha256:<64 hex>`; both parts, so people read the tag and nodes pull the digest. */
export const ImageReference = z
  .string()
  .max(400)
  .regex(
    /^[a-z0-9][a-z0-9./:_-]*:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}@sha256:[0-9a-f]{64}$/,
    'name:tag@sha256:<64 hex digits>',
  )

/** Who may reach WordPress: pods of a namespace, or a network outside. */
export const Peer = z.union([
  z.strictObject({
    namespace: dnsLabel,
    podLabels: z.record(z.string().max(317), z.string().max(63)).optional(),
  }),
  z.strictObject({ cidr: z.cidrv4() }),
])
export type Peer = z.infer<typeof Peer>

/** CPU of one store's part in canonical Kubernetes form (`500m`, `2`), read as millicores, 1 to 64000. */
const cpu = z.string().transform((text, context) => {
  const match = /^([1-9][0-9]{0,4})(m?)$/.exec(text)
  const value = Number(match?.[1]) * (match?.[2] === 'm' ? 1 : 1000)
  if (match !== null && value <= 64_000 && !(match[2] === 'm' && value % 1000 === 0)) return value
  context.addIssue({
    code: 'custom',
    message: 'a canonical CPU quantity such as 250m or 2 (not 2000m)',
  })
  return z.NEVER
})

/** Memory in canonical Kubernetes form (`512Mi`, `2Gi`), read as MiB, 1 to 262144. */
const memory = z.string().transform((text, context) => {
  const match = /^([1-9][0-9]{0,5})(Mi|Gi)$/.exec(text)
  const value = Number(match?.[1]) * (match?.[2] === 'Gi' ? 1024 : 1)
  if (match !== null && value <= 262_144 && !(match[2] === 'Mi' && value % 1024 === 0)) return value
  context.addIssue({
    code: 'custom',
    message: 'a canonical memory quantity such as 512Mi or 2Gi (not 2048Mi)',
  })
  return z.NEVER
})

const compute = { cpuRequest: cpu, cpuLimit: cpu, memoryRequest: memory, memoryLimit: memory }

/** Size of a store, as platform.yaml declares it. */
const PlanFile = z
  .strictObject({
    wordpress: z.strictObject({ ...compute, workers: z.int().min(5).max(150) }),
    mariadb: z.strictObject({
      ...compute,
      bufferPool: memory,
      maxConnections: z.int().min(10).max(5000),
    }),
    storage: z.strictObject({ uploads: gibi, database: gibi }),
    quota: z.strictObject({
      requestsCpu: cpu,
      requestsMemory: memory,
      limitsCpu: cpu,
      limitsMemory: memory,
      pods: z.int().min(8).max(200),
    }),
    initDeadlineSeconds: z.int().min(300).max(7200),
  })
  .transform((file): Plan => ({
    wordpress: { ...computeOf(file.wordpress), workers: file.wordpress.workers },
    mariadb: {
      ...computeOf(file.mariadb),
      bufferPoolMi: file.mariadb.bufferPool,
      maxConnections: file.mariadb.maxConnections,
    },
    storage: file.storage,
    quota: {
      requestsCpuMillis: file.quota.requestsCpu,
      requestsMemoryMi: file.quota.requestsMemory,
      limitsCpuMillis: file.quota.limitsCpu,
      limitsMemoryMi: file.quota.limitsMemory,
      pods: file.quota.pods,
    },
    initDeadlineSeconds: file.initDeadlineSeconds,
  }))

interface Compute {
  readonly cpuRequestMillis: number
  readonly cpuLimitMillis: number
  readonly memoryRequestMi: number
  readonly memoryLimitMi: number
}

function computeOf(part: Record<keyof typeof compute, number>): Compute {
  return {
    cpuRequestMillis: part.cpuRequest,
    cpuLimitMillis: part.cpuLimit,
    memoryRequestMi: part.memoryRequest,
    memoryLimitMi: part.memoryLimit,
  }
}

/** Size of a store. CPU in millicores, memory in MiB, volumes in GiB. */
export interface Plan {
  /** `workers`: Apache processes, floor((memoryLimitMi - 150) / 25). */
  readonly wordpress: Compute & { readonly workers: number }
  readonly mariadb: Compute & { readonly bufferPoolMi: number; readonly maxConnections: number }
  readonly storage: { readonly uploads: number; readonly database: number }
  readonly quota: {
    readonly requestsCpuMillis: number
    readonly requestsMemoryMi: number
    readonly limitsCpuMillis: number
    readonly limitsMemoryMi: number
    readonly pods: number
  }
  /** Seconds the set-up Job may take. */
  readonly initDeadlineSeconds: number
}

/** A named set of images and code, so that a store moves from one whole set to another. */
export const Release = z.strictObject({
  images: z.strictObject({
    wordpress: ImageReference,
    wordpressCli: ImageReference,
    mariadb: ImageReference,
  }),
  /** `download`: plugin zips are fetched, checked by sha256 and unpacked at pod start; `baked`: they are in the image. */
  code: z.enum(['download', 'baked']),
  woocommerce: z.strictObject({
    version: z.string().regex(/^[0-9]+\.[0-9]+\.[0-9]+$/),
    /** https, on one of `pluginHosts`. */
    url: z.url({ protocol: /^https$/ }).max(500),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  /** What the database holds once this release has run. `mariadb` is `major.minor`. */
  schema: z.strictObject({
    wordpress: z.int().min(1),
    woocommerce: z.string().regex(/^[0-9]+\.[0-9]+\.[0-9]+$/),
    mariadb: z.string().regex(/^[0-9]+\.[0-9]+$/),
  }),
})
export type Release = z.infer<typeof Release>

/**
 * Fleet profile: `platform.yaml` of the stores repo, changed by people through review.
 * Absent keys take the default of `profile` (`repo-files/platform-file.ts`).
 */
export const PlatformFile = z.strictObject({
  apiVersion: z.literal('storewright.dev/v1'),
  kind: z.literal('Platform'),
  profile: z.enum(['local', 'production']).optional(),
  baseDomain: dnsName.optional(),
  scheme: z.enum(['http', 'https']).optional(),
  exposure: z
    .strictObject({
      mode: z.literal('ingress').optional(),
      ingress: z.strictObject({ className: dnsLabel }).optional(),
      tls: z.enum(['none', 'wildcard']).optional(),
      peers: z.array(Peer).min(1).max(8).optional(),
    })
    .optional(),
  network: z
    .strictObject({
      nodeLocalDns: z.boolean().optional(),
      ipv6: z.boolean().optional(),
      podSecurityVersion: z
        .string()
        .regex(/^v1\.[0-9]{2}$|^latest$/)
        .optional(),
      apiServer: z
        .strictObject({
          cidrs: z.array(z.cidrv4()).min(1).max(8),
          ports: z.array(z.int().min(1).max(65_535)).min(1).max(8),
        })
        .optional(),
    })
    .optional(),
  plans: z.record(z.string().regex(PLAN_KEY), PlanFile).optional(),
  releases: z.record(z.string().regex(RELEASE_ID), Release),
  defaults: z
    .strictObject({
      team: TeamName.optional(),
      plan: z.string().regex(PLAN_KEY).optional(),
      release: z.string().regex(RELEASE_ID).optional(),
      cluster: z.string().min(1).max(100).optional(),
    })
    .optional(),
  egress: z.strictObject({ https: z.enum(['allow', 'deny']) }).optional(),
  pluginHosts: z.array(dnsName).min(1).max(20).optional(),
  clusters: z
    .record(
      z.string().min(1).max(100),
      z.strictObject({
        storageClass: dnsName.optional(),
        maxStores: z.int().min(1).max(5000).optional(),
      }),
    )
    .optional(),
  teams: z
    .record(
      TeamName,
      z.strictObject({
        title: z.string().max(80).optional(),
        maxStores: z.int().min(1).max(2500).optional(),
      }),
    )
    .optional(),
  limits: z.strictObject({ maxStores: z.int().min(1).max(20_000).optional() }).optional(),
  deletion: z.strictObject({ retentionDays: z.int().min(0).max(365).optional() }).optional(),
  argocd: z.strictObject({ namespace: dnsLabel }).optional(),
  reservedNames: z
    .array(
      z
        .string()
        .max(41)
        .regex(/^[a-z][a-z0-9-]{0,39}\*?$/),
    )
    .max(200)
    .optional(),
})
export type PlatformFile = z.infer<typeof PlatformFile>

/** `platform.yaml` with every default filled in; what rules and rendering use. */
export interface Platform {
  readonly profile: 'local' | 'production'
  readonly baseDomain: string
  readonly scheme: 'http' | 'https'
  readonly exposure: {
    readonly mode: 'ingress'
    readonly className: string
    readonly tls: 'none' | 'wildcard'
    readonly peers: readonly Peer[]
  }
  readonly network: {
    readonly nodeLocalDns: boolean
    readonly ipv6: boolean
    readonly podSecurityVersion: string
    readonly apiServer: { readonly cidrs: readonly string[]; readonly ports: readonly number[] }
  }
  readonly plans: Readonly<Record<string, Plan>>
  readonly releases: Readonly<Record<string, Release>>
  readonly defaults: { team: string; plan: string; release: string; cluster: string }
  readonly egressHttps: 'allow' | 'deny'
  readonly pluginHosts: readonly string[]
  readonly clusters: Readonly<Record<string, { storageClass?: string; maxStores: number }>>
  readonly teams: Readonly<Record<string, { title?: string; maxStores: number }>>
  readonly maxStores: number
  readonly retentionDays: number
  readonly argocdNamespace: string
  readonly reservedNames: readonly string[]
}
