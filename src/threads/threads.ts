import { availableParallelism } from 'node:os'
import { StoreError } from '../domain/errors.ts'
import { NoThread, openPool, type PoolOptions } from './pool.ts'
import { type CheckStore, type Job, perform, type RenderStore, type Result } from './work.ts'

/**
 * Runs the pure functions over one store, for callers that need many results. The first few jobs run
 * in the calling thread, one per turn of its event loop, because starting threads costs as much as two
 * hundred renders. Further jobs run on threads. The results do not depend on where a job runs.
 */
export interface Threads {
  /** @throws StoreError as `renderStore`; `internal`, with the path of the store, for a bug in the renderer */
  readonly render: (...input: Parameters<RenderStore>) => Promise<ReturnType<RenderStore>>
  /** @throws StoreError `internal`, with the path of the store, for a bug in the checker */
  readonly check: (...input: Parameters<CheckStore>) => Promise<ReturnType<CheckStore>>
  /** Ends all threads. */
  close(): Promise<void>
}

export interface ThreadsOptions extends Partial<PoolOptions> {
  /** Most jobs that wait for the calling thread. @default 32, about 100 ms of work */
  readonly few?: number
}

/** `nice` of background work, so that the thread that serves requests runs first. */
const LATER = 5
/** Most threads. More would only wait for git, and each takes memory. */
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

/** Copies the files, because they are views of larger buffers from git, which would be sent as a whole. */
function apart(job: Job): Job {
  if (job.kind === 'render') return job
  const [content, ...more] = job.args
  const files = new Map(
    Array.from(content.files, ([path, bytes]) => [path, Uint8Array.from(bytes)]),
  )
  return { kind: 'check', args: [{ ...content, files }, ...more] }
}

/** Passes refusals on. Any other error gets the name of the store. */
function named({ kind, args: [{ team, name }] }: Job, error: unknown): StoreError {
  if (error instanceof StoreError && error.code !== 'internal') return error
  const what = kind === 'render' ? 'rendered' : 'checked'
  const why = error instanceof Error ? error.message : String(error)
  return new StoreError('internal', `stores/${team}/${name} could not be ${what}: ${why}`, {
    cause: error,
    hint: 'Other stores are not affected. This is a bug in Storewright; please report this message.',
  })
}
