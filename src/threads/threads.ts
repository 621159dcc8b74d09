import { availableParallelism } from 'node:os'
import { StoreError } from '../domain/errors.ts'
import { NoThread, openPool, type PoolOptions } from './pool.ts'
import { type CheckStore, type Job, perform, type RenderStore, type Result } from './work.ts'

/**
 * The pure functions over one store, for callers that ask for many at once. The first few are done in the calling
 * thread, one a turn of its event loop, as starting threads costs as much as two hundred renders; what comes beyond
 * that is done on threads. Same arguments, same result, wherever it is done.
 */
export interface Threads {
  /** @throws StoreError as `renderStore`; `internal`, with the store's path: the renderer is at fault */
  readonly render: (...input: Parameters<RenderStore>) => Promise<ReturnType<RenderStore>>
  /** @throws StoreError `internal`, with the store's path: the checker is at fault */
  readonly check: (...input: Parameters<CheckStore>) => Promise<ReturnType<CheckStore>>
  /** Ends all threads. */
  close(): Promise<void>
}

export interface ThreadsOptions extends Partial<PoolOptions> {
  /** Jobs that may wait for the calling thread. @default 32, some 100 ms of work */
  readonly few?: number
}

/** What nobody waits for has its turn after the thread that answers requests. */
const LATER = 5
/** More than four only waited for git, and each takes memory. */
const MOST = 4

export function openThreads({ few = 32, ...options }: ThreadsOptions = {}): Threads {
  const pool = openPool({
    size: Math.min(availableParallelism(), MOST),
    idleMs: 5_000,
    limitMs: 30_000,
    nice: LATER,
    ...options,
  })
  let here = 0
  let last: Promise<unknown> = Promise.resolve()

  const inThisThread = (job: Job): Promise<Result> => {
    here += 1
    const result = last
      .then(() => new Promise((resolve) => setImmediate(resolve)))
      .then(() => perform(job))
      .finally(() => (here -= 1))
    last = result.catch(() => {})
    return result
  }
  const run = async (job: Job): Promise<Result> => {
    try {
      if (!pool.isRunning && here < few) return await inThisThread(job)
      return await pool.run(apart(job)).catch((error: unknown) => {
        if (error instanceof NoThread) return inThisThread(job)
        throw error
      })
    } catch (error) {
      throw named(job, error)
    }
  }
  return {
    render: async (...args) => (await run({ kind: 'render', args })) as ReturnType<RenderStore>,
    check: async (...args) => (await run({ kind: 'check', args })) as ReturnType<CheckStore>,
    close: () => pool.close(),
  }
}

/** Files read from git are windows on larger buffers, which would be sent whole. */
function apart(job: Job): Job {
  if (job.kind === 'render') return job
  const [content, ...more] = job.args
  const files = new Map(
    Array.from(content.files, ([path, bytes]) => [path, Uint8Array.from(bytes)]),
  )
  return { kind: 'check', args: [{ ...content, files }, ...more] }
}

/** What the rules say is passed on; anything else names the store. */
function named({ kind, args: [{ team, name }] }: Job, error: unknown): StoreError {
  if (error instanceof StoreError && error.code !== 'internal') return error
  const what = kind === 'render' ? 'rendered' : 'checked'
  const why = error instanceof Error ? error.message : String(error)
  return new StoreError('internal', `stores/${team}/${name} could not be ${what}: ${why}`, {
    cause: error,
    hint: 'Other stores go on. This is a fault of Storewright: report it with this message.',
  })
}
