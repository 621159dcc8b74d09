import type { Problem } from '../contract/problem.ts'
import { hintOf } from './hints.ts'
import { printable } from './printable.ts'

/**
 * Exit codes: 0 ok, 1 error, 2 usage or refused input, 3 not found, 4 conflict, 5 time-out, 6
 * unhealthy.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6

/** Ends the command with a sentence on standard error. */
export class Failure extends Error {
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string) {
    super(message)
    this.name = 'Failure'
    this.exitCode = exitCode
  }
}

/** Formats a refusal of the API: the problem, its members, the hint and the request id. */
export function failureOf(problem: Problem): Failure {
  const lines = [
    problem.detail,
    ...(problem.errors ?? []).map(({ pointer, detail }) => `  ${pointer} ${detail}`),
    hintOf(problem),
    problem.instance.replace('urn:request:', 'request '),
  ]
  return new Failure(exitCodeOf(problem), lines.map(printable).join('\n'))
}

/** Statuses caused by invalid input. Repeating the command fails again. */
const REFUSED_INPUT = [400, 413, 415, 422]

function exitCodeOf({ status, code }: Problem): ExitCode {
  if (status === 404) return 3
  if (status === 409 || status === 412 || code === 'idempotency_key_reused') return 4
  if (REFUSED_INPUT.includes(status)) return 2
  return status === 504 ? 5 : 1
}
