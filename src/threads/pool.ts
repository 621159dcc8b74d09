import { StoreError } from '../domain/errors.ts'
import { type End, type Task, Thread } from './thread.ts'
import type { Job, Result } from './work.ts'

export interface PoolOptions {
  /** Most threads. */
  readonly size: number
  /** Milliseconds without work after which all threads end. Each takes about 60 MB. */
  readonly idleMs: number
  /** Time limit of one job in milliseconds. */
  readonly limitMs: number
  /** See `ThreadData`. @default 0 */
  readonly nice?: number
  /** @default worker.ts */
  readonly script?: URL
}

export interface Pool {
  /** True if a thread is running, so a job does not wait for a start. */
  readonly isRunning: boolean
  /**
   * Runs a job on a thread, the oldest job first.
   * @throws StoreError as the job does; `internal` if the job broke the thread; `shutting_down` if the
   *   pool was closed
   * @throws NoThread if no thread can be started
   */
  run(job: Job): Promise<Result>
  /** Ends all threads. Their jobs reject. */
  close(): Promise<void>
}

/** No thread can be started, for example because the system does not allow it. */
export class NoThread extends Error {
  override readonly name = 'NoThread'
}

const SCRIPT = new URL('./worker.ts', import.meta.url)

/** A pool that starts threads on demand, up to `size`, and ends them when there is no work. */
export function openPool({ size, idleMs, limitMs, nice = 0, script = SCRIPT }: PoolOptions): Pool {
  const waiting: Task[] = []
  const threads = new Set<Thread>()
  let closed = false
  let idle: NodeJS.Timeout | undefined

  const goOn = () => {
    handOut()
    clearTimeout(idle)
    if ([...threads].some(({ load }) => load > 0)) return
    idle = setTimeout(() => void stopAll(), idleMs).unref()
  }
  const ended = (thread: Thread, { why, wasReady, lost, left }: End) => {
    threads.delete(thread)
    waiting.unshift(...left)
    if (closed) {
      for (const task of [lost, ...waiting.splice(0)]) task?.reject(shuttingDown())
    } else if (wasReady) {
      lost?.reject(broke(why))
    } else {
      const none = new NoThread('no thread can be started', { cause: why })
      for (const task of [lost, ...waiting.splice(0)]) task?.reject(none)
    }
    goOn()
  }
  const handOut = () => {
    while (waiting.length > 0) {
      const thread = freest()
      const task = thread === null ? undefined : waiting.shift()
      if (thread === null || task === undefined) return
      thread.give(task)
    }
  }
  /** The idle thread, or a new one, or the one with the least work. */
  const freest = (): Thread | null => {
    const [first] = [...threads].toSorted((a, b) => a.load - b.load)
    if (first?.load === 0) return first
    if (threads.size < size) {
      const thread = new Thread({ script, limitMs, nice, answered: goOn, ended })
      threads.add(thread)
      return thread
    }
    return first === undefined || first.isFull ? null : first
  }
  const stopAll = async () => {
    clearTimeout(idle)
    const all = [...threads]
    // Later jobs get new threads.
    threads.clear()
    await Promise.all(all.map((thread) => thread.stop()))
  }
  return {
    get isRunning() {
      return threads.size > 0
    },
    run(job) {
      if (closed) return Promise.reject(shuttingDown())
      return new Promise((resolve, reject) => {
        waiting.push({ job, resolve, reject })
        goOn()
      })
    },
    close() {
      closed = true
      return stopAll()
    },
  }
}

function broke(why: Error): StoreError {
  return new StoreError('internal', `the worker thread ended: ${why.message}`, {
    cause: why,
  })
}

function shuttingDown(): StoreError {
  return new StoreError('shutting_down', 'the server is shutting down')
}
