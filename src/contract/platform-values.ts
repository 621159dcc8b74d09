import { z } from 'zod'
import { KubernetesLabels } from './labels.ts'

/** Lower-case DNS name, at most 200 characters. */
export const DnsName = z
  .string()
  .max(200)
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/,
    'a DNS name',
  )
export const DnsLabel = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'a DNS label')
/** Whole GiB. */
export const Gibi = z.int().min(1).max(1000)
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits')
/** Go duration in canonical form, as controllers store it. */
export const Duration = z.string().regex(/^(?:[0-9]+h)?(?:[0-9]+m)?[0-9]+s$/, 'such as 1h0m0s')

/**
 * `name:tag@sha256:<64 hex>`. Both parts are required: people read the tag and nodes pull the
 * digest.
 */
export const ImageReference = z
  .string()
  .max(400)
  .regex(
    /^[a-z0-9][a-z0-9./:_-]*:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}@sha256:[0-9a-f]{64}$/,
    'name:tag@sha256:<64 hex digits>',
  )

/** First and last number of each cron field: minute, hour, day, month, day of the week. */
const CRON_FIELDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const

/**
 * Five numeric cron fields. `H` as minute picks a minute that depends on the store. Ranges are
 * checked here, because the API server would refuse the CronJob of every store. Source: kubernetes
 * v1.34 CronJob schedule, robfig/cron v3 `ParseStandard`.
 */
export const Schedule = z
  .string()
  .max(60, 'at most 60 characters')
  .refine((text) => {
    const fields = text.split(' ')
    return (
      fields.length === 5 && CRON_FIELDS.every(([from, to], n) => fitsField(fields[n], from, to, n))
    )
  }, 'five cron fields in numbers, such as "H 2 * * *"')

function fitsField(field = '', from: number, to: number, position: number): boolean {
  if (position === 0 && field === 'H') return true
  return field.split(',').every((part) => {
    const match = /^(?:\*|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:\/([1-9][0-9]?))?$/.exec(part)
    if (match === null) return false
    const first = Number(match[1] ?? from)
    const last = Number(match[2] ?? match[1] ?? to)
    return first >= from && first <= last && last <= to
  })
}

/** Allowed client of WordPress: pods of a namespace, or an outside network. */
export const Peer = z.union([
  z.strictObject({
    namespace: DnsLabel,
    podLabels: KubernetesLabels.optional(),
  }),
  z.strictObject({ cidr: z.cidrv4() }),
])
export type Peer = z.infer<typeof Peer>

/**
 * CPU of one part of a store in canonical Kubernetes form (`500m`, `2`), parsed to millicores, 1 to
 * 64000.
 */
export const Cpu = z.string().transform((text, context) => {
  const match = /^([1-9][0-9]{0,4})(m?)$/.exec(text)
  const value = Number(match?.[1]) * (match?.[2] === 'm' ? 1 : 1000)
  if (match !== null && value <= 64_000 && !(match[2] === 'm' && value % 1000 === 0)) return value
  context.addIssue({
    code: 'custom',
    message: 'a canonical CPU quantity such as 250m or 2 (not 2000m)',
  })
  return z.NEVER
})

/** Memory in canonical Kubernetes form (`512Mi`, `2Gi`), parsed to MiB, 1 to 262144. */
export const Memory = z.string().transform((text, context) => {
  const match = /^([1-9][0-9]{0,5})(Mi|Gi)$/.exec(text)
  const value = Number(match?.[1]) * (match?.[2] === 'Gi' ? 1024 : 1)
  if (match !== null && value <= 262_144 && !(match[2] === 'Mi' && value % 1024 === 0)) return value
  context.addIssue({
    code: 'custom',
    message: 'a canonical memory quantity such as 512Mi or 2Gi (not 2048Mi)',
  })
  return z.NEVER
})
