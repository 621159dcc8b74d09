import type { StoreFindings } from '../check/store-check.ts'
import type { Platform } from '../contract/platform-file.ts'
import type { ProblemDetail } from '../contract/problem.ts'
import { StoreError, type StoreErrorCode } from '../domain/errors.ts'

export type RenderStore = typeof import('../operations/rendering/render-store.ts').renderStore
export type CheckStore = typeof import('../check/store-check.ts').checkStore

/** The work for one store: arguments of a pure function, which are all plain data. */
export type Job =
  | { readonly kind: 'render'; readonly args: Parameters<RenderStore> }
  | { readonly kind: 'check'; readonly args: Parameters<CheckStore> }

/** Result of a job, also plain data. */
export type Result = ReturnType<RenderStore> | StoreFindings

/** Runs a job in the calling thread, and loads the function on the first call. @throws StoreError as the function does */
export async function perform(job: Job): Promise<Result> {
  if (job.kind === 'render') {
    const { renderStore } = await import('../operations/rendering/render-store.ts')
    return renderStore(...job.args)
  }
  const { checkStore } = await import('../check/store-check.ts')
  return checkStore(...job.args)
}

/** A job in the form that is sent to a thread. The platform is sent only when it changes. */
export interface Order {
  readonly kind: Job['kind']
  readonly store: Job['args'][0]
  /** `null`: the platform of the previous order. */
  readonly platform: Platform | null
  readonly more: Job['args'][2]
}

export function orderOf({ kind, args: [store, platform, more] }: Job, known: unknown): Order {
  return { kind, store, platform: platform === known ? null : platform, more }
}

/** @param known platform of the previous order */
export function jobOf({ kind, store, platform, more }: Order, known: Platform | null): Job {
  // `orderOf` took these four values from one job.
  return { kind, args: [store, platform ?? known, more] } as Job
}

/** Messages of a thread: `ready` once, then one result for each order, in order. */
export type Answer =
  | { readonly is: 'ready' }
  | { readonly is: 'done'; readonly result: Result }
  /** A refusal. Classes cannot be sent between threads, so these are the members of a StoreError. */
  | {
      readonly is: 'refused'
      readonly code: StoreErrorCode
      readonly message: string
      readonly errors: readonly ProblemDetail[]
    }
  /** An unexpected error. */
  | { readonly is: 'failed'; readonly error: unknown }

export async function answerTo(job: Job): Promise<Answer> {
  try {
    return { is: 'done', result: await perform(job) }
  } catch (error) {
    if (!(error instanceof StoreError)) return { is: 'failed', error }
    const { code, message, errors } = error
    return { is: 'refused', code, message, errors }
  }
}
