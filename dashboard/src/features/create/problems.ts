import type { ProblemDetail } from '@storewright/contract/problem.ts'
import type { FieldErrors } from 'react-hook-form'
import type { RequestFailure } from '../../api/failure.ts'
import { sentenceOf } from '../../ui/field-sentence.ts'
import { type CreateForm, fieldLabels, type FieldName, fieldOf, valueOf } from './form.ts'

/** One problem, shown next to its field. `field` is `null` if it belongs to no field. */
export interface FieldProblem {
  readonly field: FieldName | null
  /** A sentence. */
  readonly detail: string
}

/** Problems reported by the schema. */
export function problemsOfForm(errors: FieldErrors<CreateForm>): FieldProblem[] {
  return flatten(errors, '#').map(placed)
}

/**
 * Problems of the fields in a refusal. If there is only one, the hint is added unless it only says
 * to correct the field. Empty if the refusal names no field.
 */
export function problemsOfFailure(failure: RequestFailure | null): FieldProblem[] {
  if (failure === null) return []
  const placedErrors = failure.errors.map(placed)
  const [only] = placedErrors
  if (placedErrors.length !== 1 || only === undefined) return placedErrors
  const corrects = failure.code === 'invalid_request' || failure.code === 'invalid_store'
  return corrects ? placedErrors : [{ ...only, detail: `${only.detail} ${failure.hint}` }]
}

/** True if the fields show everything in a refusal, so that a panel would repeat it. */
export function isToldByFields({ errors }: RequestFailure): boolean {
  return errors.length > 0 && errors.every(({ pointer }) => fieldOf(pointer) !== null)
}

/**
 * Problems whose field is unchanged since the attempt. Problems of no field stay until the next
 * attempt.
 */
export function stillTrue(
  problems: readonly FieldProblem[],
  sent: CreateForm,
  typed: CreateForm,
): FieldProblem[] {
  return problems.filter(
    ({ field }) => field === null || valueOf(sent, field) === valueOf(typed, field),
  )
}

/**
 * Problems of the form take precedence. Those of the server count only for fields that the form
 * accepts.
 */
export function mergeProblems(...groups: readonly (readonly FieldProblem[])[]): FieldProblem[] {
  const merged: FieldProblem[] = []
  for (const problem of groups.flat()) {
    if (merged.some(({ field }) => field === problem.field)) continue
    merged.push(problem)
  }
  return merged
}

/** The sentence next to a field. */
export function problemOf(problems: readonly FieldProblem[], name: FieldName): string | undefined {
  return problems.find(({ field }) => field === name)?.detail
}

function placed({ pointer, detail }: ProblemDetail): FieldProblem {
  const field = fieldOf(pointer)
  return { field, detail: sentenceOf(field === null ? null : fieldLabels[field], detail) }
}

function flatten(node: unknown, pointer: string): ProblemDetail[] {
  if (typeof node !== 'object' || node === null) return []
  const { message, type } = node as { message?: unknown; type?: unknown }
  if (typeof message === 'string' && typeof type === 'string') return [{ pointer, detail: message }]
  return Object.entries(node).flatMap(([key, child]) =>
    key === 'ref' ? [] : flatten(child, `${pointer}/${key}`),
  )
}
