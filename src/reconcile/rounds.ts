import type { Applications, Log, Requester, StoresRepo } from '../domain/ports.ts'

export interface RoundsOptions {
  readonly repo: Pick<StoresRepo, 'onMoved'>
  readonly applications: Pick<Applications, 'onChanged'>
  readonly log: Log
  /** Milliseconds between looks that nothing else asked for. */
  readonly intervalMs: number
}

/** Milliseconds in which events are collected: Argo CD tells of hundreds of Applications in one breath. */
const COLLECT_MS = 250

/**
 * Looks now, soon after the head or an Application moved, and on an interval; never twice at once. However many events
 * come, a look answers all that came before it, and none is forgotten.
 * @param look `null`: there is nothing to do
 * @param failed logged when a look rejects
 */
export function startRounds(
  { repo, applications, log, intervalMs }: RoundsOptions,
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
      // What moved during a look may have been read before it moved.
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

/** Who acts when nobody asked. */
export function systemRequester(requestId: string): Requester {
  return { subject: 'system', auth: 'system', source: 'api', requestId }
}
