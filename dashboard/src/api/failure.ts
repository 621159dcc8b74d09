import type { Problem, ProblemDetail } from '../../../src/contract/problem.ts'

/** Codes of problems, and two of our own: no answer at all, and an answer that is not ours. */
export type FailureCode = Problem['code'] | 'network' | 'unreadable'

/** A request that did not succeed, with everything a person needs to go on. */
export class RequestFailure extends Error {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  readonly code: FailureCode
  readonly title: string
  readonly hint: string
  /** `null` when the answer did not come from the API. */
  readonly requestId: string | null
  readonly errors: readonly ProblemDetail[]
  /** Members of the problem that only some codes bear, such as `count` of `mass_delete_brake`. */
  readonly extra: Readonly<Record<string, unknown>>
  /** Seconds to wait, from `Retry-After`; `null` when not given. */
  readonly retryAfterSeconds: number | null
  /** Of `git_timeout`: did the change land? */
  readonly outcome: 'unknown' | 'not_written' | null

  constructor(
    said: { code: FailureCode; title: string; detail: string; hint: string },
    facts: {
      status?: number
      requestId?: string | null
      errors?: readonly ProblemDetail[]
      extra?: Readonly<Record<string, unknown>>
      retryAfterSeconds?: number | null
      outcome?: 'unknown' | 'not_written' | null
    } = {},
  ) {
    super(said.detail)
    this.name = 'RequestFailure'
    this.code = said.code
    this.title = said.title
    this.hint = said.hint
    this.status = facts.status ?? 0
    this.requestId = facts.requestId ?? null
    this.errors = facts.errors ?? []
    this.extra = facts.extra ?? {}
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null
    this.outcome = facts.outcome ?? null
  }
}

/** Anything thrown, as a failure that can be shown. */
export function asFailure(error: unknown): RequestFailure {
  if (error instanceof RequestFailure) return error
  return new RequestFailure({
    code: 'unreadable',
    title: 'Something went wrong in this page',
    detail: error instanceof Error ? error.message : 'Unknown fault',
    hint: 'Reload the page. If it happens again, it is a bug.',
  })
}
