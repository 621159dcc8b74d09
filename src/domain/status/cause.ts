import type { Resource, StoreEvent } from '../../contract/detail.ts'
import type { Judgement, Reason } from './verdict.ts'

/** Why a store is not ready, as far as its objects and their events show. */
export interface Cause {
  readonly reason: Reason
  /** One sentence. It may quote the cluster, which is untrusted text. */
  readonly message: string
}

type Part = Pick<Resource, 'kind' | 'name' | 'health' | 'message'>
type Happening = Pick<StoreEvent, 'type' | 'reason' | 'message' | 'object'>
/** The unhealthy objects, and the warnings about exactly those. Warnings about other objects are outdated. */
interface Facts {
  readonly unwell: readonly Part[]
  readonly warnings: readonly Happening[]
  /** The store should be ready by now. */
  readonly late: boolean
}
type Rule = (facts: Facts) => Cause | null

/** Most characters of a message. */
const WORDS = 300

/** The first match wins. The most certain causes come first, mere consequences of other causes last. */
const rules: readonly Rule[] = [imagePull, quota, volume, unschedulable, secret, jobs, route]
const lastRules: readonly Rule[] = [database, crash, ingress]

/**
 * Returns the cause that the objects and events of a store show, or `null` if there is none, for
 * example while the store simply starts.
 * @param late the store should be ready by now, so a database that is still starting is a cause
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
 * Returns the objects that hold a deletion back. Argo CD reports "Pending deletion" for each object
 * that waits for its own deletion.
 * Source: argo-cd v3.6.1 gitops-engine/pkg/health/health.go `GetResourceHealth`.
 */
export function holdUpOf(parts: readonly Part[]): Cause | null {
  const waiting = parts.filter(({ message }) => message.includes('Pending deletion'))
  // A Namespace and a Pod wait for other objects, so name those others if there are any.
  const others = waiting.filter(({ kind }) => !['Namespace', 'Pod'].includes(kind))
  const named = (others.length > 0 ? others : waiting).map(({ kind, name }) => `${kind} ${name}`)
  return named.length === 0
    ? null
    : cause('NamespaceTerminating', `Waiting for finalizers of ${named.join(', ')}`)
}

/** Replaces the general reason of a verdict by its cause. The phase never changes. */
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

/** A claim that waits for its first consumer is normal, so a warning of scheduler or provisioner is needed. */
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

/** A failed cron run is a consequence of another fault, and the next run starts within five minutes. */
function isCron(name: string): boolean {
  return name.startsWith('wp-cron-')
}

/** An Ingress is Healthy only with an address in its status. If any other object is unhealthy, that is the cause. */
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
