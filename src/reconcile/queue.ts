import {
  hasWaited,
  type Provisioning,
  queueOf,
  settingUp,
} from '../domain/admission/provisioning.ts'
import { StoreError } from '../domain/errors.ts'
import type { Applications, Log, OperationDeps } from '../domain/ports.ts'
import type { StoreRecord } from '../domain/snapshot.ts'
import { startQueued } from '../operations/changing/start-queued.ts'
import { startFleetLoop, systemRequester } from './fleet-loop.ts'

export interface QueueLoopOptions extends Pick<OperationDeps, 'repo' | 'sealer' | 'clock'> {
  readonly applications: Pick<Applications, 'onChanged'>
  readonly provisioning: Provisioning
  readonly log: Log
  readonly newRequestId: () => string
  /** Called when a pushed store that waits without being rendered may start. */
  readonly renderWaiting: () => void
  /** Milliseconds between passes. A store can become Ready without a move of the head. */
  readonly intervalMs: number
}

/** After a failed start, a store is skipped for this time, in milliseconds. */
const PAUSE_MS = 60_000

/**
 * Starts queued stores in the order of their commits, as other stores become Ready. The queue is in
 * Git, so it survives a restart and all servers see the same one. Each decision counts again on the
 * newest head.
 */
export function startQueue(options: QueueLoopOptions): { close(): Promise<void> } {
  const paused = new Map<string, number>()
  const look = () => (queueOf(options.repo.snapshot()).length === 0 ? null : pass(options, paused))
  return startFleetLoop(options, look, 'a pass over the queue failed')
}

async function pass(options: QueueLoopOptions, paused: Map<string, number>): Promise<void> {
  const { repo, clock, provisioning } = options
  const at = repo.snapshot()
  if (repo.state().blockedBy !== null) return
  const now = clock.now()
  for (const [name, until] of paused) if (until <= now) paused.delete(name)
  const cap = at.platform.provisioning
  const open = cap === 0 || !provisioning.speaks()
  const free = open ? Infinity : cap - settingUp(at, now, provisioning, cap)
  const due = queueOf(at)
    .filter(({ name }) => !paused.has(name))
    .filter((record, place) => place < free || hasWaited(record, now))
  if (due.some(({ app }) => app === null)) options.renderWaiting()
  const asked = due.filter(({ app }) => app !== null)
  await Promise.all(asked.map((record) => start(options, record, paused)))
}

async function start(
  options: QueueLoopOptions,
  record: StoreRecord,
  paused: Map<string, number>,
): Promise<void> {
  const { log, clock, provisioning, newRequestId } = options
  const fields = { team: record.team, store: record.name }
  try {
    const by = systemRequester(newRequestId())
    const landed = await startQueued(options, provisioning, record, by)
    if (landed.outcome !== 'landed') return
    log.info('a queued store was started', { ...fields, revision: landed.commit })
  } catch (error) {
    paused.set(record.name, clock.now() + PAUSE_MS)
    const code = error instanceof StoreError ? error.code : 'internal'
    log.warn('a queued store could not be started and is skipped for now', {
      ...fields,
      code,
      err: error,
    })
  }
}
