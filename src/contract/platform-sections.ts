import { z } from 'zod'
import { ClusterName, KubernetesLabels } from './labels.ts'
import { freeText, TeamName } from './names.ts'
import { DnsLabel, DnsName, Duration, Peer, Schedule } from './platform-values.ts'
import { PLAN_KEY } from './store-values.ts'

/** Sections of platform.yaml as people write them. Every key is optional. */

export const ExposureBlock = z.strictObject({
  mode: z.enum(['ingress', 'gateway']).optional(),
  ingress: z.strictObject({ className: DnsLabel }).optional(),
  gateway: z
    .strictObject({ name: DnsName, namespace: DnsLabel, sectionName: DnsName.optional() })
    .optional(),
  tls: z.enum(['none', 'wildcard', 'per-store']).optional(),
  clusterIssuer: DnsName.optional(),
  peers: z.array(Peer).min(1).max(8).optional(),
})

export const NetworkBlock = z.strictObject({
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

export const secretsModes = ['job', 'sealed', 'external'] as const

export const SecretsBlock = z.strictObject({
  mode: z.enum(secretsModes).optional(),
  /** Certificate of the Sealed Secrets controller. */
  sealed: z
    .strictObject({
      certificate: z
        .string()
        .max(16_384)
        .regex(
          /^-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n?$/,
          'a PEM certificate',
        ),
    })
    .optional(),
  external: z
    .strictObject({
      storeKind: z.enum(['SecretStore', 'ClusterSecretStore', 'Generator']),
      storeName: DnsName.optional(),
      refresh: Duration.optional(),
    })
    .optional(),
})

/** Five cron fields. `H` as minute picks a minute that depends on the store. */
export const BackupBlock = z.strictObject({
  schedule: Schedule.optional(),
  retentionDays: z.int().min(1).max(90).optional(),
  destination: z.enum(['none', 'pvc', 's3']).optional(),
  s3: z
    .strictObject({
      bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'a bucket name'),
      secretName: DnsName,
    })
    .optional(),
})

export const ClusterBlock = z.strictObject({
  baseDomain: DnsName.optional(),
  storageClass: DnsName.optional(),
  /** Must match `allowVolumeExpansion` of the StorageClass of the stores' volumes. */
  allowVolumeExpansion: z.boolean().optional(),
  uploadsAccess: z.enum(['RWO', 'RWX']).optional(),
  snapshotClass: DnsName.optional(),
  maxStores: z.int().min(1).max(5000).optional(),
  labels: KubernetesLabels.optional(),
})

export const TeamBlock = z.strictObject({
  title: freeText(80).optional(),
  codeowners: z
    .array(
      z.string().regex(/^@[A-Za-z0-9-]{1,39}(?:\/[A-Za-z0-9._-]{1,100})?$/, 'such as @acme/shops'),
    )
    .max(10)
    .optional(),
  maxStores: z.int().min(1).max(2500).optional(),
  plans: z.array(z.string().regex(PLAN_KEY)).min(1).max(20).optional(),
  clusters: z.array(ClusterName).min(1).max(100).optional(),
  project: z.enum(['shared', 'own']).optional(),
})

export const LimitsBlock = z.strictObject({
  maxStores: z.int().min(1).max(20_000).optional(),
  /** Stores per plan, over the whole platform. */
  plans: z.record(z.string().regex(PLAN_KEY), z.int().min(0).max(20_000)).optional(),
  provisioning: z.int().min(0).max(1000).optional(),
  nameQuarantineDays: z.int().min(0).max(365).optional(),
  massDelete: z
    .strictObject({
      max: z.int().min(1).max(1000),
      percent: z.int().min(0).max(100),
      windowMinutes: z.int().min(5).max(1440),
    })
    .partial()
    .optional(),
})

const writeMode = z.enum(['direct', 'pull-request'])

export const WriteBlock = z.strictObject({
  mode: writeMode.optional(),
  rules: z
    .array(
      z.strictObject({
        when: z.strictObject({
          team: TeamName.optional(),
          action: z.array(z.string().max(20)).max(20).optional(),
          plan: z.string().regex(PLAN_KEY).optional(),
          role: z.enum(['viewer', 'operator', 'owner', 'admin']).optional(),
        }),
        mode: writeMode,
        merge: z.enum(['manual', 'auto']).optional(),
      }),
    )
    .max(50)
    .optional(),
})

export const ReviewBlock = z.strictObject({
  merge: z.enum(['manual', 'auto']).optional(),
  method: z.enum(['merge', 'squash']).optional(),
  labels: z.array(freeText(50)).max(10).optional(),
  reviewers: z
    .array(z.string().regex(/^[A-Za-z0-9-]{1,39}$/))
    .max(15)
    .optional(),
})

export const RolloutBlock = z.strictObject({
  waves: z
    .array(
      z
        .string()
        .regex(/^(?:[1-9][0-9]{0,4}|(?:[1-9][0-9]?|100)%)$/, 'a count, or a percentage such as 5%'),
    )
    .min(1)
    .max(10)
    .optional(),
  soakMinutes: z.int().min(0).max(1440).optional(),
  minReady: z.number().min(0.5).max(1).optional(),
})

export const DeletionBlock = z.strictObject({
  retentionDays: z.int().min(0).max(365).optional(),
  autoPurge: z.boolean().optional(),
  confirmNamespace: z.boolean().optional(),
})

export const ArgocdBlock = z.strictObject({
  namespace: DnsLabel.optional(),
  /** First-letter classes such as `[a-f]`, one ApplicationSet each. */
  shards: z
    .array(z.string().regex(/^\[[a-z](?:-[a-z])?\]$/, 'a class of first letters, such as [a-f]'))
    .max(26)
    .optional(),
})
