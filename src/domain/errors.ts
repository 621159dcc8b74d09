import type { ProblemCode, ProblemDetail } from '../contract/problem.ts'

/** Code of a {@link StoreError}, which is also the `code` member of the problem details. */
export type StoreErrorCode = ProblemCode

export interface StoreErrorOptions {
  /** Every wrong value with its location, for `errors[]`. */
  readonly errors?: readonly ProblemDetail[]
  /** Further members of the problem details, such as `limit`. Never input or output of git. */
  readonly extra?: Readonly<Record<string, unknown>>
  /** What to do next, in one sentence. @default the hint of the code */
  readonly hint?: string
  readonly cause?: unknown
}

/** The only error class of the domain: a code of a closed list and a message for people. `cause` is for the log. */
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
