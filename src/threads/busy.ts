import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import { openThreads, type Threads } from './threads.ts'

/**
 * Number of renders within {@link WITHIN_MS} from which threads pay off. Starting a thread costs as
 * much as two hundred renders, so a shorter burst would only lose processor time to it.
 */
const ENOUGH = 160
const WITHIN_MS = 5000
/** Event loop utilization from which threads pay off. Below it, requests wait for something other than renders. */
const BUSY = 0.8
const LOOK_MS = 1000
/** Renders after which a thread is warm, which means as fast as the thread that serves requests. */
const WARM = 24
/** Most renders that wait for a thread. Beyond that, callers render inline. */
const MOST_WAITING = 128
/** Most threads. More would wait for the single thread that decides, and each takes memory. */
const MOST = 2
const IDLE_MS = 5000

type Render = Threads['render']

export interface BusyThreads {
  /**
   * Returns `null` when load is low; the returned function returns `null` when the threads are not
   * warm or are busy. Render inline in both cases.
   */
  render(): ((...input: Parameters<Render>) => ReturnType<Render> | null) | null
  close(): Promise<void>
}

export interface BusyOptions {
  /** Milliseconds of a monotonic clock. @default performance.now */
  readonly now?: () => number
  /** Event loop utilization since the previous call, 0 to 1. @default as measured by Node */
  readonly utilization?: () => number
  /** @default one thread less than there are processors, at least one and at most two */
  readonly threads?: Threads
}

/**
 * Threads for single renders, as in requests. They are used under high load, to free the thread that
 * serves requests. A new thread first warms up with renders whose results are dropped, so that
 * requests do not wait for it.
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

  /** Was the event loop busy for nearly all of the last second? */
  const isBusy = () => {
    if (now() - lookedAt < LOOK_MS) return false
    // A measurement over a longer period includes time before the load began, so it does not count.
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
    // The threads end when they are idle, so they may be gone by now.
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
