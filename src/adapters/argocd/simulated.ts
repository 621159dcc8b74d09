import { namespaceOf } from '../../domain/layout.ts'
import type { Applications, Clock } from '../../domain/ports.ts'
import type { StoreRecord } from '../../domain/snapshot.ts'
import type { Application } from '../../domain/status/application.ts'

/** Seconds after the commit at which the simulated Argo CD takes each step. */
const STEPS = { created: 1, syncing: 2, synced: 4, healthy: 7, off: 3, removed: 3 } as const

/** Label of store.yaml that simulates a fault. Only this file reads it. */
const FAULT_LABEL = 'storewright.dev/simulate'

/**
 * Argo CD simulated by this process as a function of commit time, tree and current time. Nothing
 * runs in a cluster.
 * A store is Ready 12 s after its commit: 7 s until Healthy, then the 5 s for which health must
 * last.
 */
export function simulatedApplications(clock: Clock): Applications {
  /**
   * When each removed store was first requested, because Git no longer tells when it was removed.
   */
  const removed = new Map<string, number>()
  const get = (declared: StoreRecord) => {
    if (declared.app !== null) removed.delete(declared.name)
    else if (declared.intent?.lifecycle.state === 'purge') {
      const since = removed.get(declared.name) ?? clock.now()
      removed.set(declared.name, since)
      return removing(declared, since, clock.now())
    }
    return simulate(declared, clock.now())
  }
  return {
    source: 'simulated',
    simulated: true,
    get,
    has: () => false,
    applicationSet: () => ({ error: null }),
    asOf: () => clock.now(),
    intervalMs: 60_000,
    problem: () => null,
    onChanged: () => () => undefined,
    listed: Promise.resolve(),
    close: async () => undefined,
  }
}

/**
 * The Application that Argo CD would report at `now` (milliseconds since the epoch); `null`: none
 * would exist yet.
 */
function simulate(record: StoreRecord, now: number): Application | null {
  const created = Date.parse(record.created.at) + STEPS.created * 1000
  const fault = record.intent?.labels?.[FAULT_LABEL]
  if (record.app === null || now < created || fault === 'missing') return null
  const cascades = record.app.lifecycle === 'purge'
  const base = { ...IDLE, name: namespaceOf(record.name), createdAt: iso(created), cascades }
  const elapsed = (now - Date.parse(record.last.at)) / 1000
  if (elapsed < STEPS.syncing) {
    return isFirst(record) ? base : { ...base, ...before(record) }
  }
  if (!record.app.autoSync) return { ...base, ...compared(record, now), sync: 'OutOfSync' }
  const off = record.app.lifecycle !== 'active'
  if (elapsed < (off ? STEPS.off : STEPS.synced)) return { ...base, ...running(record, now) }
  if (fault === 'sync-failed') return { ...base, ...failed(record, now) }
  return { ...base, ...applied(record, now, off, fault) }
}

/**
 * The cascading deletion of a purged store whose folder was removed from Git; `null`: it is
 * complete.
 */
function removing({ name, created }: StoreRecord, since: number, now: number): Application | null {
  if (now - since >= STEPS.removed * 1000) return null
  const deletionTimestamp = iso(since)
  return {
    ...IDLE,
    name: `store-${name}`,
    createdAt: created.at,
    cascades: true,
    deletionTimestamp,
  }
}

const IDLE: Omit<Application, 'name' | 'createdAt'> = {
  deletionTimestamp: null,
  cascades: false,
  awaitsConfirmation: false,
  health: '',
  healthSince: null,
  sync: '',
  syncRevision: '',
  operationRequested: false,
  operationState: null,
  reconciledAt: null,
  conditions: [],
  onlyPrunableLeft: false,
  syncWindowDenies: false,
}

type Part = Partial<Application>

/** The state before the newest change: synced and healthy. */
function before(record: StoreRecord): Part {
  return {
    sync: 'Synced',
    syncRevision: record.created.commit,
    health: 'Healthy',
    healthSince: record.created.at,
    reconciledAt: record.last.at,
  }
}

/**
 * The state before a commit is applied: objects are missing before the first commit, unchanged
 * before a later one.
 */
function compared(record: StoreRecord, now: number): Part {
  const first = isFirst(record)
  return {
    sync: 'OutOfSync',
    syncRevision: record.last.commit,
    health: first ? 'Missing' : 'Healthy',
    healthSince: first ? at(record, STEPS.syncing) : record.created.at,
    reconciledAt: iso(now),
  }
}

/**
 * Is the newest change the first one that is applied? A queued store is applied first when its
 * turn comes, and only the queue makes such a change without a request.
 */
function isFirst({ created, last }: StoreRecord): boolean {
  const isTurn = last.action === 'update' && last.by === 'system'
  return created.commit === last.commit || isTurn
}

function running(record: StoreRecord, now: number): Part {
  return {
    ...compared(record, now),
    operationState: {
      phase: 'Running',
      message: 'applying (simulated)',
      startedAt: at(record, STEPS.syncing),
      finishedAt: null,
      revision: record.last.commit,
      retryCount: 0,
    },
  }
}

function failed(record: StoreRecord, now: number): Part {
  return {
    ...compared(record, now),
    operationState: {
      phase: 'Failed',
      message: 'one or more objects failed to apply (simulated)',
      startedAt: at(record, STEPS.syncing),
      finishedAt: at(record, STEPS.synced),
      revision: record.last.commit,
      retryCount: 5,
    },
  }
}

function applied(record: StoreRecord, now: number, off: boolean, fault: string | undefined): Part {
  const synced = off ? STEPS.off : STEPS.synced
  const healthy = off ? STEPS.off : STEPS.healthy
  const elapsed = (now - Date.parse(record.last.at)) / 1000
  const progressing = elapsed < healthy || fault === 'stuck'
  const settled = fault === 'degraded' ? 'Degraded' : 'Healthy'
  return {
    sync: 'Synced',
    syncRevision: record.last.commit,
    health: progressing ? 'Progressing' : settled,
    healthSince: at(record, progressing ? synced : healthy),
    reconciledAt: iso(now),
    operationState: {
      phase: 'Succeeded',
      message: 'successfully synced (simulated)',
      startedAt: at(record, STEPS.syncing),
      finishedAt: at(record, synced),
      revision: record.last.commit,
      retryCount: 0,
    },
  }
}

function at(record: StoreRecord, seconds: number): string {
  return iso(Date.parse(record.last.at) + seconds * 1000)
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
