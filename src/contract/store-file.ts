import { z } from 'zod'
import { ClusterName, Labels } from './labels.ts'
import { freeText, longReason, StoreName, TeamName } from './names.ts'
import { lifecycles } from './words.ts'

/** RFC 3339 in UTC with `Z`, to the second or finer. */
export const Timestamp = z.iso.datetime({ offset: false }).meta({ pattern: 'Z$' })

/** `2026.11` or `2026.11.1`. */
export const RELEASE_ID = /^[0-9]{4}\.[0-9]{1,2}(\.[0-9]{1,3})?$/
export const PLAN_KEY = /^[a-z][a-z0-9-]{0,19}$/

const dnsName = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/,
    'a DNS name such as shop.example.com',
  )
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits')
const secretName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 'the name of a Secret')

/**
 * First login of the shop. The password is created in the cluster and never passes through
 * Storewright.
 */
export const Admin = z.strictObject({
  user: z
    .string()
    .regex(
      /^[a-z][a-z0-9._-]{2,29}$/,
      '3 to 30 lower-case letters, digits, dots, hyphens or underscores, a letter first',
    )
    .refine((user) => user !== 'admin', 'admin is guessable; pick another name'),
  /**
   * Secret in the store's namespace whose key `email` is the admin's address, so that no address
   * enters Git.
   */
  emailSecret: secretName.optional(),
})

export const Site = z.strictObject({
  /** ISO 3166-1 alpha-2. */
  country: z.string().regex(/^[A-Z]{2}$/, 'two capital letters (ISO 3166-1)'),
  /** ISO 4217. */
  currency: z.string().regex(/^[A-Z]{3}$/, 'three capital letters (ISO 4217)'),
  /** WordPress locale. */
  locale: z.string().regex(/^[a-z]{2,3}(_[A-Z]{2})?$/, 'such as en_US'),
  /** IANA time zone. */
  timezone: z
    .string()
    .max(64)
    .regex(/^[A-Za-z]+(?:[/_+-][A-Za-z0-9]+)*$/, 'an IANA time zone such as Europe/Berlin'),
})

const wholeGi = z.int().min(1).max(1000)

/** Volumes in whole GiB, copied from the plan at creation. They can only grow. */
export const Storage = z.strictObject({
  uploads: wholeGi,
  database: wholeGi,
  /** Defaults to the plan's value when backups to a volume are switched on. */
  backups: wholeGi.optional(),
  uploadsAccess: z.enum(['RWO', 'RWX']),
  /** StorageClass. Defaults to the cluster's default. */
  class: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/)
    .optional(),
})

/**
 * A reviewed plugin or theme, fetched from the first of `pluginHosts` and checked by its checksum.
 */
export const Component = z.strictObject({
  slug: z.string().regex(/^[a-z0-9-]{1,64}$/, 'lower-case letters, digits and hyphens'),
  version: z
    .string()
    .max(40)
    .regex(/^[0-9]+(?:\.[0-9]+){0,3}(?:-[a-z0-9.]+)?$/, 'a version such as 1.2.3'),
  sha256,
})
export type Component = z.infer<typeof Component>

const components = z
  .array(Component)
  .max(50)
  .refine(
    (list) => new Set(list.map(({ slug }) => slug)).size === list.length,
    'names a slug twice',
  )

export const Domains = z
  .array(dnsName)
  .max(10)
  .refine((list) => new Set(list).size === list.length, 'names a domain twice')
  .meta({ uniqueItems: true })

/** Overrides of the platform's section of the same name. */
export const BackupOverride = z.strictObject({
  destination: z.enum(['none', 'pvc', 's3']).optional(),
  retentionDays: z.int().min(1).max(90).optional(),
})

/** Counters that force a re-run without another change of the intent. */
export const Nonce = z.strictObject({
  retry: z.int().min(0).max(1_000_000),
  credentials: z.int().min(1).max(1_000_000),
  adminReset: z.int().min(0).max(1_000_000),
  /** Raising it above 0 requests a backup now. */
  backup: z.int().min(0).max(1_000_000).optional(),
})

export const LifecycleIntent = z.strictObject({
  state: z.enum(lifecycles),
  since: Timestamp.optional(),
  purgeAfter: Timestamp.optional(),
  reason: freeText(200).optional(),
  /** In `purge`: the removal waits neither for the store's health nor for a backup. */
  dataLossAccepted: z.literal(true).optional(),
  /** In `purge`: an admin confirmed that the retention is over, so clocks are not checked. */
  dueConfirmed: z.literal(true).optional(),
})

export const Owner = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9_.:/-]+$/, 'an opaque subject without @: no e-mail address enters Git')

/** Intent of one store: `stores/<team>/<name>/store.yaml`, the only store file people edit. */
export const StoreFile = z.strictObject({
  apiVersion: z.literal('storewright.dev/v1'),
  kind: z.literal('Store'),
  name: StoreName,
  team: TeamName,
  engine: z.literal('woo'),
  plan: z.string().regex(PLAN_KEY),
  release: z.string().regex(RELEASE_ID),
  cluster: ClusterName,
  title: freeText(80),
  owner: Owner,
  lifecycle: LifecycleIntent,
  autoSync: z.boolean(),
  /** The store waits for a place among the stores being set up. Written by Storewright. */
  queued: z.boolean().optional(),
  storage: Storage,
  secretsMode: z.enum(['job', 'sealed', 'external']),
  admin: Admin,
  site: Site,
  sampleProduct: z.boolean(),
  domains: Domains.optional(),
  plugins: components.optional(),
  themes: components.optional(),
  code: z.enum(['immutable', 'writable']).optional(),
  cache: z.boolean().optional(),
  smtp: z.boolean().optional(),
  egress: z.strictObject({ https: z.enum(['allow', 'deny']) }).optional(),
  backup: BackupOverride.optional(),
  /** Excluded from rollouts until that day. */
  pin: z
    .strictObject({
      until: z.iso.date(),
      reason: longReason,
    })
    .optional(),
  /** Source of a copied store. */
  origin: z
    .strictObject({
      store: StoreName,
      restorePoint: z.string().regex(/^[a-z]+-[0-9A-Za-z]{1,40}$/, 'the name of a dump'),
      at: Timestamp,
    })
    .optional(),
  /** A copy that must not contact the outside world. */
  quarantine: z.boolean().optional(),
  labels: Labels.optional(),
  nonce: Nonce,
})
export type StoreFile = z.infer<typeof StoreFile>
