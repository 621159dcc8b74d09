import { availableParallelism } from 'node:os'
import { openThreads, type Threads } from './threads.ts'

/** Renders asked for within {@link WITHIN_MS} from which on threads pay: one costs as much as a hundred renders to start. */
const ENOUGH = 32
const WITHIN_MS = 1000
/** Renders that may wait for a thread; beyond that each caller may as well do its own. */
const MOST_WAITING = 128
/** More only waited for the one thread that decides, and each takes memory. */
const MOST = 2

export interface BusyThreads {
  /** Renders on a thread; `null`: so few are asked for that it is done sooner where it is needed. */
  render(): Threads['render'] | null
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
 * and then the thread that answers requests has its time for that.
 */
export function openBusyThreads({
  now = () => performance.now(),
  threads,
}: BusyOptions = {}): BusyThreads {
  const size = Math.min(Math.max(1, availableParallelism() - 1), MOST)
  const opened = threads ?? openThreads({ few: 0, size, nice: 0, youngMb: 8 })
  /** Times of the newest calls, oldest first. */
  const asked: number[] = []
  let waiting = 0
  const render: Threads['render'] = async (...input) => {
    waiting += 1
    try {
      return await opened.render(...input)
    } finally {
      waiting -= 1
    }
  }
  return {
    render() {
      asked.push(now())
      if (asked.length > ENOUGH) asked.shift()
      const many = asked.length === ENOUGH && (asked.at(-1) ?? 0) - (asked[0] ?? 0) <= WITHIN_MS
      return many && waiting < MOST_WAITING ? render : null
    },
    close: () => opened.close(),
  }
}
