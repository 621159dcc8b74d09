import type { Resource, StoreEvent } from '../contract/detail.ts'
import type { Judgement, Reason } from './verdict.ts'

/** Why a store does not get on, as far as its objects and their events tell. */
export interface Cause {
  readonly reason: Reason
  /** One sentence; may hold words of the cluster, which are untrusted text. */
  readonly message: string
}

type Part = Pick<Resource, 'kind' | 'name' | 'health' | 'message'>
type Happening = Pick<StoreEvent, 'type' | 'reason' | 'message' | 'object'>
/** What is not well, and the warnings about just that: an object that was mended or replaced says nothing any more. */
interface Facts {
  readonly unwell: readonly Part[]
  readonly warnings: readonly Happening[]
  /** It should be ready by now. */
  readonly late: boolean
}
type Rule = (facts: Facts) => Cause | null

/** Characters kept of the cluster's own words. */
const WORDS = 300

/** First match wins: the most certain causes stand first, what merely follows from another stands last. */
const rules: readonly Rule[] = [imagePull, quota, volume, unschedulable, secret, jobs, route]
const lastRules: readonly Rule[] = [database, crash, ingress]

/**
 * The cause that objects and events of a store show, or `null` when they show none, as while it simply starts.
 * `late`: it should be ready by now, so a database that only starts is a cause too.
 */
export function causeOf(
  parts: readonly Part[],
  events: readonly Happening[],
  late: boolean,
): Cause | null {
  const unwell = parts.filter(({ health }) => health !== null && health !== 'Healthy')
  const names = new Set(unwell.map(({ kind, name }) => `${kind} ${name}`))
  const warnings = events.filter(({ type, object }) => type === 'Warning' && names.has(object))
  for (const rule of [...rules, ...lastRules]) {
    const cause = rule({ unwell, warnings, late })
    if (cause !== null) return cause
  }
  return null
}

/**
 * What holds a deletion back: Argo CD calls each object that waits for its own deletion so.
 * Source: argo-cd v3.6.1 gitops-engine/pkg/health/health.go `GetResourceHealth`.
 */
export function holdUpOf(parts: readonly Part[]): Cause | null {
  const waiting = parts.filter(({ message }) => message.includes('Pending deletion'))
  // A Namespace and the makers of a pod wait for others; what nobody waits for is what hangs.
  const others = waiting.filter(({ kind }) => !['Namespace', 'Pod'].includes(kind))
  const named = (others.length > 0 ? others : waiting).map(({ kind, name }) => `${kind} ${name}`)
  return named.length === 0
    ? null
    : cause('NamespaceTerminating', `Still there, waiting for its finalizers: ${named.join(', ')}`)
}

/** A verdict with its cause in the place of its general reason. The phase is never touched. */
export function withCause(judgement: Judgement, found: Cause | null): Judgement {
  if (found === null) return judgement
  const deadline = judgement.reason === 'ProgressDeadline' ? `${judgement.message}: ` : ''
  return { ...judgement, reason: found.reason, message: deadline + found.message }
}

function cause(reason: Reason, message: string): Cause {
  return { reason, message: message.length > WORDS ? `${message.slice(0, WORDS - 1)}…` : message }
}

function imagePull({ unwell, warnings }: Facts): Cause | null {
  const words = /ImagePullBackOff|ErrImage|InvalidImageName|[Pp]ull(?:ing)? image/
  const pod = unwell.find(({ kind, message }) => kind === 'Pod' && words.test(message))
  const event = warnings.find(({ message }) => words.test(message))
  if (pod === undefined && event === undefined) return null
  const said = [pod?.message, ...warnings.map(({ message }) => message)].join('\n')
  const image = /image "([^"\n]{1,255})"/.exec(said)?.[1]
  const where = pod === undefined ? event?.object : `Pod ${pod.name}`
  return cause('ImagePull', `${image ?? 'An image'} cannot be pulled (${where})`)
}

function quota({ warnings }: Facts): Cause | null {
  const event = warnings.find(({ message }) => message.includes('exceeded quota'))
  return event === undefined ? null : told('QuotaExceeded', event)
}

/** A claim that waits for its first consumer is no fault, so the scheduler or the provisioner must complain. */
function volume({ warnings }: Facts): Cause | null {
  const event = warnings.find(
    ({ reason, message }) =>
      /^(?:ProvisioningFailed|FailedBinding|FailedMount|FailedAttachVolume)$/.test(reason) ||
      (reason === 'FailedScheduling' &&
        /PersistentVolumeClaim|persistentvolumeclaim|persistent volume|volume node affinity/.test(
          message,
        )),
  )
  return event === undefined || /secret "/.test(event.message) ? null : told('VolumePending', event)
}

function unschedulable({ warnings }: Facts): Cause | null {
  const event = warnings.find(({ reason }) => reason === 'FailedScheduling')
  return event === undefined ? null : told('Unschedulable', event)
}

function secret({ unwell, warnings }: Facts): Cause | null {
  const maker = unwell.find(
    ({ kind, name, health }) =>
      ['SealedSecret', 'ExternalSecret', 'Password'].includes(kind) ||
      (kind === 'Job' && name.startsWith('secrets-') && health === 'Degraded'),
  )
  if (maker !== undefined) return stated('SecretNotReady', maker)
  const event = warnings.find(({ message }) => /secret "[^"]*" not found/.test(message))
  return event === undefined ? null : told('SecretNotReady', event)
}

/** A CronJob is Degraded while its last run failed. Source: argo-cd v3.6.1 gitops-engine/pkg/health. */
function jobs({ unwell }: Facts): Cause | null {
  const failed = unwell.filter(({ health }) => health === 'Degraded')
  const backup = failed.find(
    ({ kind, name }) => ['CronJob', 'Job'].includes(kind) && name.includes('backup'),
  )
  if (backup !== undefined) return stated('BackupFailing', backup)
  const job = failed.find(({ kind, name }) => kind === 'Job' && name.startsWith('wp-init-'))
  return job === undefined ? null : stated('InitJobFailed', job)
}

function route({ unwell }: Facts): Cause | null {
  const refused = unwell.find(({ kind, health }) => kind === 'HTTPRoute' && health === 'Degraded')
  return refused === undefined ? null : stated('RouteRejected', refused)
}

function database({ unwell, late }: Facts): Cause | null {
  const set = unwell.find(({ kind, name }) => kind === 'StatefulSet' && name === 'mariadb')
  const pod = unwell.find(({ kind, name }) => kind === 'Pod' && name.startsWith('mariadb-'))
  if (pod?.health === 'Degraded') return stated('DatabaseNotReady', pod)
  return set !== undefined && late ? stated('DatabaseNotReady', set) : null
}

function crash({ unwell }: Facts): Cause | null {
  const pod = unwell.find(
    ({ kind, name, health }) => kind === 'Pod' && health === 'Degraded' && !isCron(name),
  )
  return pod === undefined ? null : stated('PodFailing', pod)
}

/** A failed run of cron follows from what else is broken; the next one starts within five minutes. */
function isCron(name: string): boolean {
  return name.startsWith('wp-cron-')
}

/** Healthy only with an address in its status; nothing else may be missing, or it is that. */
function ingress({ unwell }: Facts): Cause | null {
  const [first] = unwell
  return first !== undefined && unwell.every(({ kind }) => kind === 'Ingress')
    ? cause('IngressNoAddress', `Ingress ${first.name} has no address`)
    : null
}

function told(reason: Reason, { object, message }: Happening): Cause {
  return cause(reason, `${object}: ${message}`)
}

function stated(reason: Reason, { kind, name, message, health }: Part): Cause {
  return cause(reason, `${kind} ${name}: ${message === '' ? health : message}`)
}
