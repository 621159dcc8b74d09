import { availableParallelism } from 'node:os'
import { openThreads, type Threads } from './threads.ts'

/** Renders asked for within {@link WITHIN_MS} from which on threads pay: one costs as much as two hundred to start. */
const ENOUGH = 32
const WITHIN_MS = 1000
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
  threads,
}: BusyOptions = {}): BusyThreads {
  const size = Math.min(Math.max(1, availableParallelism() - 1), MOST)
  const opened = threads ?? openThreads({ few: 0, size, nice: 0, youngMb: 8, idleMs: IDLE_MS })
  /** Times of the newest calls, oldest first. */
  const asked: number[] = []
  let waiting = 0
  let is: 'cold' | 'warming' | 'warm' = 'cold'
  let usedAt = 0

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
    if (is === 'cold') warmUp(input)
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
