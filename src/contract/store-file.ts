import { z } from 'zod'
import { freeText, StoreName, TeamName } from './names.ts'
import { lifecycles } from './words.ts'

/** RFC 3339 in UTC with `Z`, to the second or finer. */
export const Timestamp = z.iso.datetime({ offset: false })

/** `2026.11` or `2026.11.1`. */
export const RELEASE_ID = /^[0-9]{4}\.[0-9]{1,2}(\.[0-9]{1,3})?$/
export const PLAN_KEY = /^[a-z][a-z0-9-]{0,19}$/
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/
const LABEL_KEY =
  /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/

/** First login of the shop. The password is made in the cluster and never passes through here. */
export const Admin = z.strictObject({
  user: z
    .string()
    .regex(
      /^[a-z][a-z0-9._-]{2,29}$/,
      '3 to 30 lower-case letters, digits, dots, hyphens or underscores, a letter first',
    )
    .refine((user) => user !== 'admin', 'admin is guessable; pick another name'),
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

/** Volumes in whole GiB, copied from the plan at creation; they only grow. */
export const Storage = z.strictObject({
  uploads: wholeGi,
  database: wholeGi,
  uploadsAccess: z.enum(['RWO', 'RWX']),
  /** StorageClass; absent = the cluster's default. */
  class: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/)
    .optional(),
})

/** Counters that force a re-run without any other change of intent. */
export const Nonce = z.strictObject({
  retry: z.int().min(0).max(1_000_000),
  credentials: z.int().min(1).max(1_000_000),
  adminReset: z.int().min(0).max(1_000_000),
})

export const LifecycleIntent = z.strictObject({
  state: z.enum(lifecycles),
  since: Timestamp.optional(),
  purgeAfter: Timestamp.optional(),
  reason: freeText(200).optional(),
})

export const Labels = z
  .record(
    z.string().regex(LABEL_KEY, 'not a Kubernetes label key'),
    z.string().regex(LABEL_VALUE, 'not a Kubernetes label value'),
  )
  .refine((labels) => Object.keys(labels).length <= 20, 'at most 20 labels')

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
  cluster: z.string().min(1).max(100),
  title: freeText(80),
  owner: Owner,
  lifecycle: LifecycleIntent,
  autoSync: z.boolean(),
  storage: Storage,
  secretsMode: z.literal('job'),
  admin: Admin,
  site: Site,
  sampleProduct: z.boolean(),
  labels: Labels.optional(),
  nonce: Nonce,
})
export type StoreFile = z.infer<typeof StoreFile>
