import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import { openThreads, type Threads } from './threads.ts'

/**
 * Renders asked for within {@link WITHIN_MS} from which on threads pay: one costs as much as two hundred to start, and a burst
 * that is over by then would only have shared its processors with that.
 */
const ENOUGH = 160
const WITHIN_MS = 5000
/** Share of its time in which the event loop works, from which on a thread beside it pays: below, whoever asks waits for something else. */
const BUSY = 0.8
const LOOK_MS = 1000
/** Renders after which a thread is as fast as the one that answers requests. */
const WARM = 24
/** Renders that may wait for a thread; beyond that each caller may as well do its own. */
const MOST_WAITING = 128
/** More only waited for the one thread that decides, and each takes memory. */
const MOST = 2
const IDLE_MS = 5000

type Render = Threads['render']

export interface BusyThreads {
  /** Renders on a thread, which says `null` while that would take longer than doing it at once; `null`: so few are asked for. */
  render(): ((...input: Parameters<Render>) => ReturnType<Render> | null) | null
  close(): Promise<void>
}

export interface BusyOptions {
  /** Milliseconds on any clock that does not go back. @default performance.now */
  readonly now?: () => number
  /** Share of the time since the call before in which the event loop worked, 0 to 1. @default what Node measures */
  readonly utilization?: () => number
  /** @default as many threads as there are processors beside the one of the caller, one at least and two at most */
  readonly threads?: Threads
}

/**
 * Threads for renders of which each is wanted by itself, as those of requests: they are used while many are asked for,
 * and then the thread that answers requests has its time for that. A new thread renders for nobody until it is warm, so
 * that a burst does not wait for it.
 */
export function openBusyThreads({
  now = () => performance.now(),
  utilization = loopUtilization(),
  threads,
}: BusyOptions = {}): BusyThreads {
  const size = Math.min(Math.max(1, availableParallelism() - 1), MOST)
  const opened = threads ?? openThreads({ few: 0, size, nice: 0, youngMb: 8, idleMs: IDLE_MS })
  /** Times of the newest calls, oldest first. */
  const asked: number[] = []
  let waiting = 0
  let is: 'cold' | 'warming' | 'warm' = 'cold'
  let usedAt = 0
  let lookedAt = Number.NEGATIVE_INFINITY

  /** Has the event loop had hardly any time left in the second before? */
  const isBusy = () => {
    if (now() - lookedAt < LOOK_MS) return false
    // What was before many were asked for tells nothing.
    const fresh = now() - lookedAt < 2 * LOOK_MS
    lookedAt = now()
    return utilization() >= BUSY && fresh
  }

  const warmUp = (input: Parameters<Render>) => {
    is = 'warming'
    const renders = Array.from({ length: WARM * size }, () => opened.render(...input))
    void Promise.allSettled(renders).then(() => {
      is = 'warm'
      usedAt = now()
    })
  }
  const render = (...input: Parameters<Render>) => {
    // Without work its threads have ended, or are about to.
    if (is === 'warm' && now() - usedAt > IDLE_MS / 2) is = 'cold'
    if (is === 'cold' && isBusy()) warmUp(input)
    if (is !== 'warm' || waiting >= MOST_WAITING) return null
    waiting += 1
    return opened.render(...input).finally(() => {
      waiting -= 1
      usedAt = now()
    })
  }
  return {
    render() {
      asked.push(now())
      if (asked.length > ENOUGH) asked.shift()
      const many = asked.length === ENOUGH && (asked.at(-1) ?? 0) - (asked[0] ?? 0) <= WITHIN_MS
      return many ? render : null
    },
    close: () => opened.close(),
  }
}

/** Source: Node's `performance.eventLoopUtilization`. */
function loopUtilization(): () => number {
  let before = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    return utilization
  }
}
