import { StoreError } from '../domain/errors.ts'
import { type End, type Task, Thread } from './thread.ts'
import type { Job, Result } from './work.ts'

export interface PoolOptions {
  /** Threads at most. */
  readonly size: number
  /** Milliseconds without work after which all threads are ended: each holds some 60 MB. */
  readonly idleMs: number
  /** Milliseconds that one job may take. */
  readonly limitMs: number
  /** See `ThreadData`. @default 0 */
  readonly nice?: number
  /** See `ThreadOptions`. @default 32 */
  readonly youngMb?: number
  /** @default worker.ts */
  readonly script?: URL
}

export interface Pool {
  /** A thread is there, so a job waits for no start. */
  readonly isRunning: boolean
  /**
   * Does a job on a thread, the oldest first.
   * @throws StoreError as the job does; `internal`: it broke the thread; `shutting_down`: the pool was closed
   * @throws NoThread none can be started here
   */
  run(job: Job): Promise<Result>
  /** Ends all threads; what they were at rejects. */
  close(): Promise<void>
}

/** No thread works here, as where the system lets this process start none. */
export class NoThread extends Error {
  override readonly name = 'NoThread'
}

const SCRIPT = new URL('./worker.ts', import.meta.url)

/** Threads that are started when there is work, as many as there is work for, and ended when there is none. */
export function openPool({
  size,
  idleMs,
  limitMs,
  nice = 0,
  youngMb = 32,
  script = SCRIPT,
}: PoolOptions): Pool {
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
  /** One with nothing to do, else a new one, else one with little to do. */
  const freest = (): Thread | null => {
    const [first] = [...threads].toSorted((a, b) => a.load - b.load)
    if (first?.load === 0) return first
    if (threads.size < size) {
      const thread = new Thread({ script, limitMs, nice, youngMb, answered: goOn, ended })
      threads.add(thread)
      return thread
    }
    return first === undefined || first.isFull ? null : first
  }
  const stopAll = async () => {
    clearTimeout(idle)
    const all = [...threads]
    // What is asked for from now on gets a new one.
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
  return new StoreError('internal', `the thread that was at it ended: ${why.message}`, {
    cause: why,
  })
}

function shuttingDown(): StoreError {
  return new StoreError('shutting_down', 'the server is shutting down')
}
