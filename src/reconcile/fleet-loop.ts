import { type ControlLoop, startControlLoop } from '../domain/control-loop.ts'
import type { Applications, Log, Requester, StoresRepo } from '../domain/ports.ts'

export interface FleetLoopOptions {
  readonly repo: Pick<StoresRepo, 'onMoved'>
  readonly applications: Pick<Applications, 'onChanged'>
  readonly log: Log
  /** Milliseconds between looks without an event. */
  readonly intervalMs: number
}

/** Argo CD reports hundreds of Applications at once. */
const COLLECT_MS = 250

/**
 * Looks after the head or an Application moved, and on an interval.
 * @param failed logged if a look rejects
 */
export function startFleetLoop(
  { repo, applications, log, intervalMs }: FleetLoopOptions,
  look: () => Promise<void> | null,
  failed: string,
): ControlLoop {
  return startControlLoop({
    look,
    onFailure: (error) => log.error(failed, { err: error }),
    intervalMs,
    collectMs: COLLECT_MS,
    events: [(event) => repo.onMoved(event), (event) => applications.onChanged(event)],
  })
}

/** The requester of changes that Storewright makes by itself. */
export function systemRequester(requestId: string): Requester {
  return { subject: 'system', auth: 'system', source: 'api', requestId }
}
