import { z } from 'zod'
import { ClusterName } from './labels.ts'
import { TeamName } from './names.ts'
import { type Plan, PlanFile } from './plan-file.ts'
import {
  ArgocdBlock,
  BackupBlock,
  ClusterBlock,
  DeletionBlock,
  ExposureBlock,
  LimitsBlock,
  NetworkBlock,
  ReviewBlock,
  RolloutBlock,
  SecretsBlock,
  TeamBlock,
  WriteBlock,
} from './platform-sections.ts'
import { DnsName, type Peer } from './platform-values.ts'
import { Release } from './release-file.ts'
import { PLAN_KEY, RELEASE_ID } from './store-values.ts'

export type { Plan } from './plan-file.ts'
export type { Peer } from './platform-values.ts'
export { type PinnedZip, Release } from './release-file.ts'

/**
 * Fleet profile: `platform.yaml` of the stores repo, which people change through review. Absent
 * keys take the default of `profile` (`repo-files/platform-file.ts`).
 */
export const PlatformFile = z.strictObject({
  apiVersion: z.literal('storewright.dev/v1'),
  kind: z.literal('Platform'),
  profile: z.enum(['local', 'production']).optional(),
  baseDomain: DnsName.optional(),
  scheme: z.enum(['http', 'https']).optional(),
  exposure: ExposureBlock.optional(),
  network: NetworkBlock.optional(),
  plans: z.record(z.string().regex(PLAN_KEY), PlanFile).optional(),
  releases: z.record(z.string().regex(RELEASE_ID), Release),
  defaults: z
    .strictObject({
      team: TeamName.optional(),
      plan: z.string().regex(PLAN_KEY).optional(),
      release: z.string().regex(RELEASE_ID).optional(),
      cluster: ClusterName.optional(),
    })
    .optional(),
  secrets: SecretsBlock.optional(),
  backup: BackupBlock.optional(),
  egress: z.strictObject({ https: z.enum(['allow', 'deny']) }).optional(),
  pluginHosts: z.array(DnsName).min(1).max(20).optional(),
  clusters: z.record(ClusterName, ClusterBlock).optional(),
  teams: z.record(TeamName, TeamBlock).optional(),
  limits: LimitsBlock.optional(),
  write: WriteBlock.optional(),
  review: ReviewBlock.optional(),
  reconcile: z.strictObject({ onModified: z.enum(['report', 'rerender']).optional() }).optional(),
  rollout: RolloutBlock.optional(),
  deletion: DeletionBlock.optional(),
  argocd: ArgocdBlock.optional(),
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

/** `platform.yaml` with all defaults filled in, as used by rules and rendering. */
export interface Platform {
  readonly profile: 'local' | 'production'
  readonly baseDomain: string
  readonly scheme: 'http' | 'https'
  readonly exposure: {
    readonly mode: 'ingress' | 'gateway'
    readonly className: string
    /** Set in mode `gateway`. */
    readonly gateway: { name: string; namespace: string; sectionName?: string } | null
    readonly tls: 'none' | 'wildcard' | 'per-store'
    readonly clusterIssuer: string | null
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
  readonly secrets: {
    /** Mode of new stores. */
    readonly mode: 'job' | 'sealed' | 'external'
    /** PEM. `null` if none is declared. */
    readonly certificate: string | null
    readonly external: {
      readonly storeKind: 'SecretStore' | 'ClusterSecretStore' | 'Generator'
      readonly storeName: string
      readonly refresh: string
    } | null
  }
  readonly backup: {
    readonly schedule: string
    readonly retentionDays: number
    readonly destination: 'none' | 'pvc' | 's3'
    readonly s3: { readonly bucket: string; readonly secretName: string } | null
  }
  readonly egressHttps: 'allow' | 'deny'
  readonly pluginHosts: readonly string[]
  readonly clusters: Readonly<
    Record<
      string,
      {
        readonly baseDomain?: string
        readonly storageClass?: string
        /** Whether existing volumes can be enlarged. */
        readonly allowVolumeExpansion: boolean
        readonly uploadsAccess: 'RWO' | 'RWX'
        readonly maxStores: number
      }
    >
  >
  readonly teams: Readonly<
    Record<
      string,
      {
        readonly title?: string
        readonly codeowners: readonly string[]
        readonly maxStores: number
        /** Plans and clusters the team may use. `null` allows all. */
        readonly plans: readonly string[] | null
        readonly clusters: readonly string[] | null
        readonly project: 'shared' | 'own'
      }
    >
  >
  readonly maxStores: number
  /** Limit by plan. A plan that is not listed has no limit of its own. */
  readonly maxStoresOfPlan: Readonly<Record<string, number>>
  readonly provisioning: number
  readonly nameQuarantineDays: number
  readonly massDelete: {
    readonly max: number
    readonly percent: number
    readonly windowMinutes: number
  }
  readonly onModified: 'report' | 'rerender'
  readonly retentionDays: number
  readonly autoPurge: boolean
  readonly confirmNamespace: boolean
  readonly argocdNamespace: string
  readonly shards: readonly string[]
  readonly reservedNames: readonly string[]
}
