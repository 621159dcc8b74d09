import type { Problem, ProblemDetail } from '@storewright/contract/problem.ts'

/**
 * Problem codes, and two codes of the dashboard: no response, and a response that is not from the
 * API.
 */
export type FailureCode = Problem['code'] | 'network' | 'unreadable'

/** A failed request, with everything the user needs to continue. */
export class RequestFailure extends Error {
  /** HTTP status. 0 without a response. */
  readonly status: number
  readonly code: FailureCode
  readonly title: string
  readonly hint: string
  /** `null` if the response did not come from the API. */
  readonly requestId: string | null
  readonly errors: readonly ProblemDetail[]
  /** Members of the problem that only some codes have, such as `count` of `mass_delete_brake`. */
  readonly extra: Readonly<Record<string, unknown>>
  /** Seconds to wait, from `Retry-After`. `null` if not given. */
  readonly retryAfterSeconds: number | null
  /** Outcome for `git_timeout`: whether the change landed. */
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

/** Converts anything thrown to a failure that can be shown. */
export function asFailure(error: unknown): RequestFailure {
  if (error instanceof RequestFailure) return error
  return new RequestFailure({
    code: 'unreadable',
    title: 'Something went wrong in this page',
    detail: error instanceof Error ? error.message : 'Unknown fault',
    hint: 'Reload the page. If it happens again, it is a bug.',
  })
}
