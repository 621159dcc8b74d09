import { isOnItsWayOut } from '../domain/admission/mass-delete-limit.ts'
import { dueOf, type TimeReading } from '../domain/clocks.ts'
import { StoreError } from '../domain/errors.ts'
import type { Landed, Log, OperationDeps, Requester } from '../domain/ports.ts'
import type { StoreRecord } from '../domain/snapshot.ts'
import { allMet, isDue, isStuck } from '../domain/status/purge.ts'
import { clockHoldOf } from '../operations/changing/clock-hold.ts'
import { gatesOf } from '../operations/changing/purge-gates.ts'
import { purgeByRetention, removeStore } from '../operations/purge-store.ts'
import { startFleetLoop, systemRequester } from './fleet-loop.ts'

export interface PurgeLoopOptions extends Pick<
  OperationDeps,
  'repo' | 'sealer' | 'clock' | 'time' | 'applications' | 'purge'
> {
  readonly log: Log
  readonly newRequestId: () => string
  /** Milliseconds between passes. Some gates open through time alone, without an event. */
  readonly intervalMs: number
}

/** Pause for a store after a failed step, in milliseconds. It is longer if a person has to act. */
const PAUSE_MS = { soon: 60_000, refused: 600_000 } as const

/** Codes of failures that resolve by themselves. */
const PASSING: readonly string[] = [
  'git_unavailable',
  'git_timeout',
  'remote_locked',
  'writer_busy',
  'conflict',
  'mass_delete_brake',
]

/**
 * Carries out purges: the first step when the retention of a deleted store is over, the second when
 * all gates are met. Several servers may run this, because each decision checks the newest head.
 */
export function startPurges(options: PurgeLoopOptions): { close(): Promise<void> } {
  const paused = new Map<string, number>()
  const told = new Set<string>()
  return startFleetLoop(options, () => pass(options, paused, told), 'a pass over purges failed')
}

async function pass(
  options: PurgeLoopOptions,
  paused: Map<string, number>,
  told: Set<string>,
): Promise<void> {
  const { repo, clock } = options
  const at = repo.snapshot()
  // Read in every pass, because a step of the wall clock is only noticed by reading it.
  const time = options.time.reading()
  if (repo.state().blockedBy !== null) return
  tellHold(options, told)
  const now = clock.now()
  for (const [key, until] of paused) if (until <= now) paused.delete(key)
  const steps: Promise<void>[] = []
  for (const record of at.stores.storesWhere(isOnItsWayOut)) {
    if (paused.has(stateOf(record))) continue
    const step = isDue(record, at, now)
      ? firstStep(options, record, time)
      : await removalOf(options, record, told)
    if (step !== null) steps.push(land(options, record, step, paused))
  }
  await Promise.all(steps)
}

/** Logs once when the clocks start to disagree or hold deletions, and once when that is over. */
function tellHold(options: PurgeLoopOptions, told: Set<string>): void {
  const hold = clockHoldOf(options)
  if (hold === null) {
    if (told.delete(CLOCK)) options.log.info('the clocks agree again and hold no deletions')
  } else if (!told.has(CLOCK)) {
    told.add(CLOCK)
    const detail = `${hold.detail} ${hold.fix}`
    options.log.error('the clocks hold deletions', { code: CLOCK, detail })
  }
}

/** Code of the banner and of the check. */
const CLOCK = 'clock'

/** The first step, if the retention is over by two clocks. */
function firstStep(
  options: PurgeLoopOptions,
  { name, intent }: StoreRecord,
  time: TimeReading,
): ((by: Requester) => Promise<Landed>) | null {
  if (intent === null) return null
  const due = dueOf(intent.lifecycle, time, options.purge.minUptimeMs)
  return due.is === 'due' ? (by) => purgeByRetention(options, name, by) : null
}

/** The second step, if all gates are met. Logs once when a purge is stuck. */
async function removalOf(
  options: PurgeLoopOptions,
  record: StoreRecord,
  told: Set<string>,
): Promise<((by: Requester) => Promise<Landed>) | null> {
  if (record.intent?.lifecycle.state !== 'purge') return null
  const gates = await gatesOf(options, record)
  if (allMet(gates)) return (by) => removeStore(options, record, by)
  const since = record.intent.lifecycle.since ?? record.last.at
  const key = `${record.team}/${record.name} ${since}`
  if (isStuck(gates, since, options.clock.now()) && !told.has(key)) {
    told.add(key)
    const open = gates.filter(({ met }) => !met).map(({ detail }) => detail)
    const fields = { team: record.team, store: record.name, code: 'purge_stuck' }
    options.log.error('a purge is stuck; nothing was removed', {
      ...fields,
      detail: open.join('; '),
    })
  }
  return null
}

async function land(
  { log, clock, newRequestId }: PurgeLoopOptions,
  record: StoreRecord,
  step: (by: Requester) => Promise<Landed>,
  paused: Map<string, number>,
): Promise<void> {
  const fields = { team: record.team, store: record.name }
  try {
    const { outcome, commit } = await step(systemRequester(newRequestId()))
    if (outcome === 'landed') log.info('a step of a purge landed', { ...fields, revision: commit })
  } catch (error) {
    const code = error instanceof StoreError ? error.code : 'internal'
    const passing = PASSING.includes(code)
    paused.set(stateOf(record), clock.now() + (passing ? PAUSE_MS.soon : PAUSE_MS.refused))
    log.warn('a step of a purge failed and will be retried', { ...fields, code, err: error })
  }
}

/** Identifies a store at its newest commit, so that a pause ends with the next commit. */
function stateOf({ team, name, last }: StoreRecord): string {
  return `${team}/${name} ${last.commit}`
}
