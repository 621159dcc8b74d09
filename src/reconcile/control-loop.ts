import type { Applications, Log, Requester, StoresRepo } from '../domain/ports.ts'

export interface ControlLoopOptions {
  readonly repo: Pick<StoresRepo, 'onMoved'>
  readonly applications: Pick<Applications, 'onChanged'>
  readonly log: Log
  /** Milliseconds between looks without an event. */
  readonly intervalMs: number
}

/** Milliseconds for which events are collected, because Argo CD reports hundreds of Applications at once. */
const COLLECT_MS = 250

/**
 * Runs `look` now, shortly after the head or an Application moved, and on an interval, but never two
 * at once. One look covers all events before it, and an event during a look causes another look.
 * @param look returns `null` if there is nothing to do
 * @param failed logged if a look rejects
 */
export function startControlLoop(
  { repo, applications, log, intervalMs }: ControlLoopOptions,
  look: () => Promise<void> | null,
  failed: string,
): { close(): Promise<void> } {
  let closed = false
  let running: Promise<void> | null = null
  let collecting: NodeJS.Timeout | null = null
  const stopCollecting = () => {
    if (collecting !== null) clearTimeout(collecting)
    collecting = null
  }
  const run = () => {
    if (closed || running !== null) return
    stopCollecting()
    running =
      look()
        ?.catch((error: unknown) => log.error(failed, { err: error }))
        .finally(() => (running = null)) ?? null
  }
  const collect = () => {
    if (closed) return
    collecting ??= setTimeout(() => {
      collecting = null
      // A running look may have read the state before this event.
      if (running === null) run()
      else collect()
    }, COLLECT_MS).unref()
  }
  const timer = setInterval(run, intervalMs)
  timer.unref()
  const ends = [repo.onMoved(collect), applications.onChanged(collect)]
  run()
  return {
    async close() {
      closed = true
      clearInterval(timer)
      stopCollecting()
      for (const end of ends) end()
      await running
    },
  }
}

/** The requester of changes that Storewright makes by itself. */
export function systemRequester(requestId: string): Requester {
  return { subject: 'system', auth: 'system', source: 'api', requestId }
}
