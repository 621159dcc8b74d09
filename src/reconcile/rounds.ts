import type { Applications, Log, Requester, StoresRepo } from '../domain/ports.ts'

export interface RoundsOptions {
  readonly repo: Pick<StoresRepo, 'onMoved'>
  readonly applications: Pick<Applications, 'onChanged'>
  readonly log: Log
  /** Milliseconds between looks that nothing else asked for. */
  readonly intervalMs: number
}

/**
 * Looks now, after each move of the head, after each change of an Application, and on an interval; never twice at once.
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
  const run = () => {
    if (closed || running !== null) return
    running =
      look()
        ?.catch((error: unknown) => log.error(failed, { err: error }))
        .finally(() => (running = null)) ?? null
  }
  const timer = setInterval(run, intervalMs)
  timer.unref()
  const ends = [repo.onMoved(run), applications.onChanged(run)]
  run()
  return {
    async close() {
      closed = true
      clearInterval(timer)
      for (const end of ends) end()
      await running
    },
  }
}

/** Who acts when nobody asked. */
export function systemRequester(requestId: string): Requester {
  return { subject: 'system', auth: 'system', source: 'api', requestId }
}
