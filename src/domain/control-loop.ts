export interface ControlLoopOptions {
  /**
   * Looks once. A move of the head or an event makes a `new` look, the interval an `old` one, which
   * also retries what failed. Returns `null` if there is nothing to do.
   */
  readonly look: (cause: 'new' | 'old') => Promise<unknown> | null
  /** A look rejected. The loop goes on. */
  readonly onFailure: (error: unknown) => void
  /** Milliseconds between looks without an event; 0: no such looks. */
  readonly intervalMs: number
  /** Milliseconds for which events are collected before a look. @default 0 */
  readonly collectMs?: number
  /** Each subscribes to events and returns how to unsubscribe. @default none */
  readonly events?: readonly ((event: () => void) => () => void)[]
  /** @default true */
  readonly looksAtStart?: boolean
}

export interface ControlLoop {
  /** An event: looks after the collecting time, or after the look that is running. */
  look(): void
  /** Resolves when no look is running or due. */
  idle(): Promise<void>
  /** Resolves after the running look. */
  close(): Promise<void>
}

/**
 * Runs `look` at the start, after events and on an interval, but never two at once. One look covers
 * all events before it, and an event during a look causes another look.
 */
export function startControlLoop({
  look,
  onFailure,
  intervalMs,
  collectMs = 0,
  events = [],
  looksAtStart = true,
}: ControlLoopOptions): ControlLoop {
  let closed = false
  let running: Promise<void> | null = null
  let again = false
  let collecting: NodeJS.Timeout | undefined
  const run = (cause: 'new' | 'old') => {
    if (closed || running !== null) return
    clearTimeout(collecting)
    collecting = undefined
    const looking = look(cause)
    if (looking === null) return
    running = looking
      .then(() => {}, onFailure)
      .finally(() => {
        running = null
        if (again) event()
        again = false
      })
  }
  const event = () => {
    if (closed) return
    if (running !== null) again = true
    else if (collectMs === 0) run('new')
    else collecting ??= setTimeout(() => run('new'), collectMs).unref()
  }
  const timer = intervalMs > 0 ? setInterval(() => run('old'), intervalMs).unref() : undefined
  const ends = events.map((subscribe) => subscribe(event))
  if (looksAtStart) run('new')
  return {
    look: event,
    async idle() {
      while (running !== null) await running
    },
    async close() {
      closed = true
      clearInterval(timer)
      clearTimeout(collecting)
      for (const end of ends) end()
      await running
    },
  }
}
