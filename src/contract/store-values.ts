import { z } from 'zod'
import { longReason, StoreName } from './names.ts'

/** Schemas of the values that store.yaml and requests have in common. */

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

/** Plugins or themes, each slug once. */
export const Components = z
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

/** Excluded from rollouts until that day. */
export const Pin = z.strictObject({
  until: z.iso.date(),
  reason: longReason,
})

/** Source of a copied store. */
export const Origin = z.strictObject({
  store: StoreName,
  restorePoint: z.string().regex(/^[a-z]+-[0-9A-Za-z]{1,40}$/, 'the name of a dump'),
  at: Timestamp,
})
