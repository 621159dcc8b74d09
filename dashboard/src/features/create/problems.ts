import type { FieldErrors } from 'react-hook-form'
import type { ProblemDetail } from '../../../../src/contract/problem.ts'
import { type CreateForm, type FieldName, fieldOf } from './form.ts'

/** One thing that is wrong, beside its field; `field` is `null` for what no field can be blamed for. */
export interface FieldProblem {
  readonly field: FieldName | null
  readonly detail: string
}

/** What the schema says of the fields. */
export function problemsOfForm(errors: FieldErrors<CreateForm>): FieldProblem[] {
  return flatten(errors, '#').map(({ pointer, detail }) => ({ field: fieldOf(pointer), detail }))
}

function flatten(node: unknown, pointer: string): ProblemDetail[] {
  if (typeof node !== 'object' || node === null) return []
  const { message, type } = node as { message?: unknown; type?: unknown }
  if (typeof message === 'string' && typeof type === 'string') return [{ pointer, detail: message }]
  return Object.entries(node).flatMap(([key, child]) =>
    key === 'ref' ? [] : flatten(child, `${pointer}/${key}`),
  )
}

/** The form's own problems first; what the server says counts only where the form is content. */
export function mergeProblems(
  form: readonly FieldProblem[],
  ...answers: readonly (readonly ProblemDetail[])[]
): FieldProblem[] {
  const merged = [...form]
  for (const { pointer, detail } of answers.flat()) {
    const field = fieldOf(pointer)
    if (merged.some((problem) => problem.field === field)) continue
    merged.push({ field, detail })
  }
  return merged
}

/** The sentence beside a field. */
export function problemOf(problems: readonly FieldProblem[], name: FieldName): string | undefined {
  return problems.find(({ field }) => field === name)?.detail
}
