import type { StoreFindings } from '../check/store-check.ts'
import type { Platform } from '../contract/platform-file.ts'
import type { ProblemDetail } from '../contract/problem.ts'
import { StoreError, type StoreErrorCode } from '../domain/errors.ts'

export type RenderStore = typeof import('../operations/render-store.ts').renderStore
export type CheckStore = typeof import('../check/store-check.ts').checkStore

/** One store's work: the arguments of a pure function, all of them plain data. */
export type Job =
  | { readonly kind: 'render'; readonly args: Parameters<RenderStore> }
  | { readonly kind: 'check'; readonly args: Parameters<CheckStore> }

/** What a job gives, plain data too. */
export type Result = ReturnType<RenderStore> | StoreFindings

/** Does a job in the thread that calls it; loads what it needs at the first call. @throws StoreError as the function does */
export async function perform(job: Job): Promise<Result> {
  if (job.kind === 'render') {
    const { renderStore } = await import('../operations/render-store.ts')
    return renderStore(...job.args)
  }
  const { checkStore } = await import('../check/store-check.ts')
  return checkStore(...job.args)
}

/** A job on its way to a thread, which is told the platform once and not with every store. */
export interface Order {
  readonly kind: Job['kind']
  readonly store: Job['args'][0]
  /** `null`: the one of the order before. */
  readonly platform: Platform | null
  readonly more: Job['args'][2]
}

export function orderOf({ kind, args: [store, platform, more] }: Job, known: unknown): Order {
  return { kind, store, platform: platform === known ? null : platform, more }
}

/** @param known platform of the order before */
export function jobOf({ kind, store, platform, more }: Order, known: Platform | null): Job {
  // Made by `orderOf`, which took the four from one job.
  return { kind, args: [store, platform ?? known, more] } as Job
}

/** What a thread says: `ready` once, then one answer for each order, in their order. */
export type Answer =
  | { readonly is: 'ready' }
  | { readonly is: 'done'; readonly result: Result }
  /** The rules said no. A thread hands on no classes, so these are the parts of a StoreError. */
  | {
      readonly is: 'refused'
      readonly code: StoreErrorCode
      readonly message: string
      readonly errors: readonly ProblemDetail[]
    }
  /** A fault of ours. */
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
