import type { PurgeGate } from '../../contract/operation.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import { differenceOf, disagreeing, dueOf, spanOf, type TimeReading } from '../clocks.ts'
import type { Snapshot, StoreRecord } from '../snapshot.ts'
import type { Application } from './application.ts'

/** Input of the gates of a purge. Times are milliseconds since the epoch. */
export interface PurgeInput {
  readonly lifecycle: StoreFile['lifecycle']
  readonly application: Application | null
  /** Tree id of `manifests/` at head, which has no protections. */
  readonly required: string
  /** Tree id of `manifests/` at `status.sync.revision`; `null` if that commit is unknown here. */
  readonly observed: string | null
  readonly source: {
    readonly asOf: number
    readonly intervalMs: number
    /** Argo CD's `timeout.reconciliation` plus jitter. */
    readonly reconciliationMs: number
    /** False if the status is simulated while a real Argo CD may read the repository. */
    readonly believed: boolean
  }
  readonly now: number
  readonly time: TimeReading
  /** Milliseconds of uptime for which the deletion must have been due. */
  readonly minUptimeMs: number
}

/** Minimum time in Healthy, after which a final backup is surely complete. */
const SETTLE_MS = 5_000

/**
 * Returns the conditions for removing the folder of a store in state `purge` from Git. If the folder
 * is removed too early, Argo CD drops the Application and leaves its resources in the cluster.
 * Source: argo-cd v3.5.1 `finalizeApplicationDeletion`.
 */
export function purgeGatesOf(input: PurgeInput): readonly PurgeGate[] {
  return [finalizer(input), applied(input), operation(input), health(input), source(input)].concat(
    dueGatesOf(input),
  )
}

/** Conditions for purging a deleted store: its retention is over by two clocks. */
export function dueGatesOf(
  input: Pick<PurgeInput, 'lifecycle' | 'now' | 'time' | 'minUptimeMs'>,
): readonly PurgeGate[] {
  return [retention(input), clocks(input)]
}

export function allMet(gates: readonly PurgeGate[]): boolean {
  return gates.length > 0 && gates.every(({ met }) => met)
}

/** If not all gates are met after this time, the purge counts as stuck and needs a person. */
export const PURGE_STUCK_MS = 30 * 60_000

/** Is the purge stuck? `since` is the time of the request, RFC 3339. */
export function isStuck(gates: readonly PurgeGate[], since: string, now: number): boolean {
  return !allMet(gates) && now - Date.parse(since) > PURGE_STUCK_MS
}

function finalizer({ application }: PurgeInput): PurgeGate {
  if (application === null)
    return gate('finalizer', false, 'Argo CD has no Application for this store')
  return application.cascades
    ? gate('finalizer', true, 'the Application removes its resources when it is deleted')
    : gate('finalizer', false, 'Argo CD has not given the Application its finalizer')
}

function applied({ application, observed, required }: PurgeInput): PurgeGate {
  if (observed !== required) {
    return gate('applied', false, 'Argo CD has not seen the commit that removes the protections')
  }
  return application?.sync === 'Synced'
    ? gate('applied', true, 'the protections are removed')
    : gate('applied', false, 'Argo CD has not applied the commit that removes the protections')
}

function operation({ application }: PurgeInput): PurgeGate {
  const state = application?.operationState ?? null
  if (state === null) return gate('operation', false, 'no sync has finished')
  if (application?.operationRequested === true || state.finishedAt === null)
    return gate('operation', false, 'a sync is running')
  if (state.phase !== 'Succeeded') {
    return gate('operation', false, `the last sync ended as ${state.phase}: ${state.message}`)
  }
  const looked = Date.parse(application?.reconciledAt ?? '')
  return looked >= Date.parse(state.finishedAt)
    ? gate('operation', true, 'the last sync succeeded, and Argo CD has compared since')
    : gate('operation', false, 'Argo CD has not compared since its last sync')
}

function health({ application, lifecycle, now }: PurgeInput): PurgeGate {
  if (lifecycle.dataLossAccepted === true) {
    return gate('health', true, 'the loss of its data was accepted')
  }
  const word = application?.health ?? ''
  if (word !== 'Healthy') {
    return gate('health', false, `its health is ${word === '' ? 'not known' : word}`)
  }
  const since = application?.healthSince ?? null
  return since === null || now - Date.parse(since) >= SETTLE_MS
    ? gate('health', true, 'Healthy and stable')
    : gate('health', false, 'Healthy; confirming that it is stable')
}

/** Is this a deleted store that is purged automatically, and is its retention over by the wall clock? */
export function isDue({ intent }: StoreRecord, { platform }: Snapshot, now: number): boolean {
  const { state, purgeAfter } = intent?.lifecycle ?? { state: 'active' }
  return state === 'deleted' && platform.autoPurge && Date.parse(purgeAfter ?? '') <= now
}

/** Has the status source been silent for more than two intervals? Times are in milliseconds. */
export function isSilent(
  told: { readonly asOf: number; readonly intervalMs: number },
  now: number,
) {
  return now - told.asOf > 2 * told.intervalMs
}

function source({ application, source: told, now }: PurgeInput): PurgeGate {
  if (!told.believed) {
    return gate(
      'source',
      false,
      'the status is simulated, but a real Argo CD may read this repository',
    )
  }
  if (isSilent(told, now)) {
    return gate('source', false, 'Argo CD cannot be reached')
  }
  const looked = Date.parse(application?.reconciledAt ?? '')
  return now - looked <= 3 * told.reconciliationMs
    ? gate('source', true, 'the status is up to date')
    : gate('source', false, "Argo CD's controller is silent")
}

function retention({ lifecycle: { purgeAfter }, now }: Pick<PurgeInput, 'lifecycle' | 'now'>) {
  if (purgeAfter === undefined) {
    return gate('retention', false, 'store.yaml has no purgeAfter, so the purge must be requested')
  }
  return now >= Date.parse(purgeAfter)
    ? gate('retention', true, 'its retention is over')
    : gate('retention', false, `its data is kept until ${purgeAfter}`)
}

function clocks({
  lifecycle,
  time,
  minUptimeMs,
}: Pick<PurgeInput, 'lifecycle' | 'time' | 'minUptimeMs'>): PurgeGate {
  const due = dueOf(lifecycle, time, minUptimeMs)
  switch (due.is) {
    case 'not_due':
      return gate('clock', false, 'its retention is not over')
    case 'waits':
      return gate('clock', false, `is due; goes on in ${spanOf(due.forMs)} if the clocks agree`)
    case 'held':
      return gate('clock', false, `is held: ${holdSentence(due.because, time)}`)
    case 'due':
      return gate('clock', true, DUE[due.because])
  }
}

const DUE = {
  confirmed: 'an admin confirmed that the retention is over',
  at_once: 'it was due when it was requested',
  two_clocks: 'it has been due for long enough, and the clocks agree',
} as const

/** Why a deletion is held, as a sentence for people. */
export function holdSentence(
  because: Extract<ReturnType<typeof dueOf>, { is: 'held' }>['because'],
  time: TimeReading,
): string {
  switch (because) {
    case 'disagreement':
      return `this server's clock is ${disagreeing(time).map(differenceOf).join(' and ')}`
    case 'downtime':
      return 'it fell due while this server was not running, and no other clock confirms the date'
    case 'step':
      return `this server's clock was set forward by ${spanOf(time.step?.byMs ?? 0)}, and no other clock confirms the date`
  }
}

function gate(id: PurgeGate['gate'], met: boolean, detail: string): PurgeGate {
  return { gate: id, met, detail }
}
