import { z } from 'zod'
import { healths, syncs } from '../../contract/words.ts'
import type { Application, ApplicationSetState } from '../../domain/status/application.ts'

const text = z.string().catch('')
const maybe = z.string().nullable().catch(null)

/**
 * The fields read from an Application. Unknown words become `Unknown` and invalid parts are
 * dropped, so that one bad field does not hide the rest.
 */
const Raw = z.object({
  metadata: z.object({
    name: z.string(),
    creationTimestamp: text,
    deletionTimestamp: maybe,
    finalizers: z.array(z.string()).catch([]),
    annotations: z.record(z.string(), z.string()).catch({}),
  }),
  spec: z.object({ project: text }).catch({ project: '' }),
  operation: z.unknown().optional(),
  status: z
    .object({
      health: z
        .object({
          status: z.enum(healths).or(z.literal('')).catch('Unknown'),
          lastTransitionTime: maybe,
        })
        .nullable()
        .catch(null),
      sync: z
        .object({ status: z.enum(syncs).or(z.literal('')).catch('Unknown'), revision: text })
        .nullable()
        .catch(null),
      reconciledAt: maybe,
      conditions: z.array(z.object({ type: z.string(), message: text })).catch([]),
      resources: z
        .array(
          z.object({
            kind: text,
            status: text,
            requiresPruning: z.boolean().catch(false),
            requiresDeletionConfirmation: z.boolean().catch(false),
          }),
        )
        .catch([]),
      operationState: z
        .object({
          phase: z.enum(['Running', 'Terminating', 'Succeeded', 'Failed', 'Error']).catch('Error'),
          message: text,
          startedAt: text,
          finishedAt: maybe,
          retryCount: z.number().catch(0),
          syncResult: z.object({ revision: maybe }).nullable().catch(null),
        })
        .nullable()
        .catch(null),
    })
    .catch({
      health: null,
      sync: null,
      reconciledAt: null,
      conditions: [],
      resources: [],
      operationState: null,
    }),
})
type Raw = z.infer<typeof Raw>

/** Source: argo-cd v3.6.1 pkg/apis/application/v1alpha1/application_defaults.go. */
const CASCADE_FINALIZERS = [
  'resources-finalizer.argocd.argoproj.io',
  'foreground-finalizer.argocd.argoproj.io',
]
const APPROVED = 'argocd.argoproj.io/deletion-approved'
/** Kinds that Argo CD keeps after Git no longer declares them (ADR 0012). */
const PROTECTED = [
  'Namespace',
  'PersistentVolumeClaim',
  'SealedSecret',
  'ExternalSecret',
  'Password',
]
/** Limits that keep a digest under 1 KB: characters per message, and number of conditions. */
const MESSAGE = 200
const CONDITIONS = 2
/** Condition types that affect the phase, most important first. */
const WEIGHTY = [
  'DeletionError',
  'InvalidSpecError',
  'ComparisonError',
  'UnknownError',
  'SyncError',
]

/**
 * Digest of an Application object from Kubernetes or Argo CD; `null`: it has no name, so it is not
 * an Application.
 */
export function digestOf(object: unknown, syncWindowDenies = false): Application | null {
  const parsed = Raw.safeParse(object)
  return parsed.success ? digest(parsed.data, syncWindowDenies) : null
}

function digest(
  { metadata, spec, operation, status }: Raw,
  syncWindowDenies: boolean,
): Application {
  const state = status.operationState
  return {
    name: metadata.name,
    ...(spec.project === '' ? {} : { project: spec.project }),
    createdAt: metadata.creationTimestamp,
    deletionTimestamp: metadata.deletionTimestamp,
    cascades: metadata.finalizers.some((name) =>
      CASCADE_FINALIZERS.some((known) => name.startsWith(known)),
    ),
    awaitsConfirmation: awaitsConfirmation(metadata, status.resources),
    health: status.health?.status ?? '',
    healthSince: status.health?.lastTransitionTime ?? null,
    sync: status.sync?.status ?? '',
    syncRevision: status.sync?.revision ?? '',
    operationRequested: operation !== undefined && operation !== null,
    operationState:
      state === null
        ? null
        : {
            phase: state.phase,
            message: cut(state.message),
            startedAt: state.startedAt,
            finishedAt: state.finishedAt,
            revision: state.syncResult?.revision ?? null,
            retryCount: state.retryCount,
          },
    reconciledAt: status.reconciledAt,
    conditions: weightiest(status.conditions),
    onlyPrunableLeft: onlyPrunableLeft(status.resources),
    syncWindowDenies,
  }
}

/**
 * Argo CD deletes nothing while an object with `Delete=confirm` exists and no approval is newer
 * than the deletion.
 * Source: argo-cd v3.6.1 controller/appcontroller.go `finalizeApplicationDeletion`, types.go `IsDeletionConfirmed`.
 */
function awaitsConfirmation(
  metadata: Raw['metadata'],
  resources: Raw['status']['resources'],
): boolean {
  if (metadata.deletionTimestamp === null) return false
  const approved = Date.parse(metadata.annotations[APPROVED] ?? '')
  if (approved >= Date.parse(metadata.deletionTimestamp)) return false
  return resources.some((resource) => resource.requiresDeletionConfirmation)
}

function onlyPrunableLeft(resources: Raw['status']['resources']): boolean {
  const differing = resources.filter(({ status }) => status === 'OutOfSync')
  return (
    differing.length > 0 &&
    differing.every(({ kind, requiresPruning }) => requiresPruning && PROTECTED.includes(kind))
  )
}

function weightiest(conditions: Raw['status']['conditions']): Application['conditions'] {
  const rank = ({ type }: { type: string }) =>
    WEIGHTY.includes(type) ? WEIGHTY.indexOf(type) : WEIGHTY.length
  return conditions
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, CONDITIONS)
    .map(({ type, message }) => ({ type: cut(type, 40), message: cut(message) }))
}

/** Truncates into a copy, because a slice would keep the whole text in memory. */
function cut(value: string, limit = MESSAGE): string {
  if (value.length <= limit) return value
  return Buffer.from(`${value.slice(0, limit - 1)}…`).toString('utf8')
}

const RawSet = z.object({
  metadata: z.object({ name: z.string() }),
  status: z
    .object({
      conditions: z
        .array(z.object({ type: text, status: text, reason: text, message: text }))
        .catch([]),
    })
    .catch({ conditions: [] }),
})

/**
 * Name and error of an ApplicationSet, the message cut to 400 characters; `null`: not an
 * ApplicationSet.
 */
export function setDigestOf(
  object: unknown,
): { name: string; error: ApplicationSetState['error'] } | null {
  const parsed = RawSet.safeParse(object)
  if (!parsed.success) return null
  const { metadata, status } = parsed.data
  const failed = status.conditions.find(
    ({ type, status: is }) => type === 'ErrorOccurred' && is === 'True',
  )
  return {
    name: metadata.name,
    error:
      failed === undefined
        ? null
        : { reason: failed.reason, message: cut(failed.message, 400), set: metadata.name },
  }
}

/** Errors by name of the ApplicationSet; `null`: no error. */
export type SetErrors = Map<string, ApplicationSetState['error']>

/** State of `set` if it is known, otherwise the first error of any ApplicationSet. */
export function setStateOf(errors: SetErrors, set?: string): ApplicationSetState {
  const own = set === undefined ? undefined : errors.get(set)
  if (own !== undefined) return { error: own }
  return { error: [...errors.values()].find((error) => error !== null) ?? null }
}
