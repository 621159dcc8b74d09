import { z } from 'zod'

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
/** Go duration in its canonical form, as controllers store it. */
export const Duration = z.string().regex(/^(?:[0-9]+h)?(?:[0-9]+m)?[0-9]+s$/, 'such as 1h0m0s')

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
    namespace: DnsLabel,
    podLabels: z.record(z.string().max(317), z.string().max(63)).optional(),
  }),
  z.strictObject({ cidr: z.cidrv4() }),
])
export type Peer = z.infer<typeof Peer>

/** CPU of one store's part in canonical Kubernetes form (`500m`, `2`), read as millicores, 1 to 64000. */
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

/** Memory in canonical Kubernetes form (`512Mi`, `2Gi`), read as MiB, 1 to 262144. */
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
