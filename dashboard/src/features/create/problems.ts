import type { FieldErrors } from 'react-hook-form'
import type { ProblemDetail } from '../../../../src/contract/problem.ts'
import type { RequestFailure } from '../../api/failure.ts'
import { sentenceOf } from '../../ui/field-sentence.ts'
import { type CreateForm, fieldLabels, type FieldName, fieldOf, valueOf } from './form.ts'

/** One thing that is wrong, beside its field; `field` is `null` for what no field can be blamed for. */
export interface FieldProblem {
  readonly field: FieldName | null
  /** A sentence. */
  readonly detail: string
}

/** What the schema says of the fields. */
export function problemsOfForm(errors: FieldErrors<CreateForm>): FieldProblem[] {
  return flatten(errors, '#').map(placed)
}

/**
 * What a refusal says of the fields. A refusal with one reason adds what to do next, unless that is to correct the field.
 * Empty when no field is named.
 */
export function problemsOfFailure(failure: RequestFailure | null): FieldProblem[] {
  if (failure === null) return []
  const placedErrors = failure.errors.map(placed)
  const [only] = placedErrors
  if (placedErrors.length !== 1 || only === undefined) return placedErrors
  const corrects = failure.code === 'invalid_request' || failure.code === 'invalid_store'
  return corrects ? placedErrors : [{ ...only, detail: `${only.detail} ${failure.hint}` }]
}

/** True when its fields tell everything a refusal says: a panel would repeat it. */
export function isToldByFields({ errors }: RequestFailure): boolean {
  return errors.length > 0 && errors.every(({ pointer }) => fieldOf(pointer) !== null)
}

/** Those whose field still holds what was sent. What no field can be blamed for stays until the next attempt. */
export function stillTrue(
  problems: readonly FieldProblem[],
  sent: CreateForm,
  typed: CreateForm,
): FieldProblem[] {
  return problems.filter(
    ({ field }) => field === null || valueOf(sent, field) === valueOf(typed, field),
  )
}

/** The form's own problems first; what the server says counts only where the form is content. */
export function mergeProblems(...groups: readonly (readonly FieldProblem[])[]): FieldProblem[] {
  const merged: FieldProblem[] = []
  for (const problem of groups.flat()) {
    if (merged.some(({ field }) => field === problem.field)) continue
    merged.push(problem)
  }
  return merged
}

/** The sentence beside a field. */
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
