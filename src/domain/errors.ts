import type { ProblemCode, ProblemDetail } from '../contract/problem.ts'

/** Code of a {@link StoreError}: the `code` member of the problem that a client sees. */
export type StoreErrorCode = ProblemCode

export interface StoreErrorOptions {
  /** What is wrong where, for `errors[]`. */
  readonly errors?: readonly ProblemDetail[]
  /** Further members of the problem, such as `limit` or `outcome`. Never input, never git's own words. */
  readonly extra?: Readonly<Record<string, unknown>>
  /** One sentence: what to do next. @default the hint of the code */
  readonly hint?: string
  readonly cause?: unknown
}

/** The one error of our own: a closed code and a sentence for people; `cause` keeps the original for the log. */
export class StoreError extends Error {
  readonly code: StoreErrorCode
  readonly errors: readonly ProblemDetail[]
  readonly extra: Readonly<Record<string, unknown>>
  readonly hint: string | undefined

  constructor(code: StoreErrorCode, message: string, options: StoreErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'StoreError'
    this.code = code
    this.errors = options.errors ?? []
    this.extra = options.extra ?? {}
    this.hint = options.hint
  }
}
