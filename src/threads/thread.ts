import { Worker } from 'node:worker_threads'
import type { Platform } from '../contract/platform-file.ts'
import { StoreError } from '../domain/errors.ts'
import { type Answer, type Job, orderOf, type Result } from './work.ts'

export interface Task {
  readonly job: Job
  resolve(result: Result): void
  reject(error: unknown): void
}

/** How a thread ended. */
export interface End {
  readonly why: Error
  /** False: it never became ready, so another one would fail in the same way. */
  readonly wasReady: boolean
  /** The job it was working on, if any. */
  readonly lost: Task | undefined
  /** Jobs that it had not started. */
  readonly left: readonly Task[]
}

/** Start options that are passed to the worker. */
export interface ThreadData {
  /** Priority below that of the thread that serves requests, 0 to 19: `nice` as in setpriority(2). */
  readonly nice: number
}

export interface ThreadOptions extends ThreadData {
  readonly script: URL
  /** Milliseconds without a result after which a working thread is ended. */
  readonly limitMs: number
  answered(): void
  ended(thread: Thread, end: End): void
}

/** Most tasks per thread: the current one and the next, so the thread does not idle between them. */
const DEPTH = 2

/** Old generation of a thread's heap in MiB. Beyond it the thread ends, and the server goes on. */
const OLD_MB = 256
/** Young generation of its heap in MiB. A smaller one causes more garbage collections. */
const YOUNG_MB = 32

/** One worker thread and its tasks. It keeps the process alive only while it has work. */
export class Thread {
  readonly #options: ThreadOptions
  readonly #worker: Worker
  readonly #tasks: Task[] = []
  #platform: Platform | null = null
  #ready = false
  #why: Error | null = null
  #limit: NodeJS.Timeout | undefined

  constructor(options: ThreadOptions) {
    this.#options = options
    // An empty environment keeps tokens out of the thread.
    this.#worker = new Worker(options.script, {
      name: 'store-work',
      env: {},
      execArgv: [],
      resourceLimits: {
        maxOldGenerationSizeMb: OLD_MB,
        maxYoungGenerationSizeMb: YOUNG_MB,
      },
      workerData: { nice: options.nice } satisfies ThreadData,
    })
    this.#worker.unref()
    this.#worker.on('message', (answer: Answer) => this.#hear(answer))
    this.#worker.on('messageerror', (error) => this.#giveUp(error))
    this.#worker.on('error', (error) => (this.#why ??= asError(error)))
    this.#worker.on('exit', (code) => this.#end(code))
  }

  /** Number of tasks without a result. */
  get load(): number {
    return this.#tasks.length
  }

  get isFull(): boolean {
    return this.load >= DEPTH
  }

  give(task: Task): void {
    const order = orderOf(task.job, this.#platform)
    try {
      this.#worker.postMessage(order)
    } catch (error) {
      // The job holds something that cannot be cloned.
      task.reject(error)
      return
    }
    this.#platform = task.job.args[1]
    this.#tasks.push(task)
    this.#watch()
  }

  /** Ends the thread at once. Its current task is lost. */
  async stop(): Promise<void> {
    await this.#worker.terminate()
  }

  #hear(answer: Answer): void {
    if (answer.is === 'ready') {
      this.#ready = true
      return
    }
    const task = this.#tasks.shift()
    this.#watch()
    if (answer.is === 'done') task?.resolve(answer.result)
    else if (answer.is === 'failed') task?.reject(answer.error)
    else task?.reject(new StoreError(answer.code, answer.message, { errors: answer.errors }))
    this.#options.answered()
  }

  #watch(): void {
    clearTimeout(this.#limit)
    if (this.#tasks.length === 0) {
      this.#worker.unref()
      return
    }
    this.#worker.ref()
    const { limitMs } = this.#options
    const late = new Error(`there was no answer for ${limitMs / 1000} s`)
    this.#limit = setTimeout(() => this.#giveUp(late), limitMs)
  }

  #giveUp(why: Error): void {
    this.#why ??= why
    void this.stop()
  }

  #end(code: number): void {
    clearTimeout(this.#limit)
    const why = this.#why ?? new Error(`it ended with code ${code}`)
    const [lost, ...left] = this.#tasks
    this.#options.ended(this, { why, wasReady: this.#ready, lost, left })
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
