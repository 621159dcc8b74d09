import type { Ref } from 'react'
import { fieldLabels } from './form.ts'
import type { FieldProblem } from './problems.ts'

export interface ErrorSummaryProps {
  readonly ref: Ref<HTMLDivElement>
  readonly problems: readonly FieldProblem[]
}

/** Takes the focus after a refused attempt and leads to each field. */
export function ErrorSummary({ ref, problems }: ErrorSummaryProps) {
  if (problems.length === 0) return null
  return (
    <div ref={ref} tabIndex={-1} role="alert" className="rounded-md border border-danger p-3">
      <p className="font-semibold text-danger">
        {problems.length === 1 ? 'One field needs' : `${problems.length} fields need`} a correction
      </p>
      <ul className="mt-1 list-disc pl-5">
        {problems.map(({ field, detail }) => (
          <li key={`${field}${detail}`}>
            {field === null ? (
              detail
            ) : (
              <a href={`#${fieldId(field)}`} onClick={(event) => focusField(event, fieldId(field))}>
                {fieldLabels[field]}: {detail}
              </a>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Id of a field's control. */
export function fieldId(field: string): string {
  return `create-${field.replace('.', '-')}`
}

/** Moves the focus, opening the folded options when the field is inside; the URL stays. */
function focusField(event: { preventDefault: () => void }, id: string): void {
  event.preventDefault()
  const control = document.getElementById(id)
  const folded = control?.closest('details')
  if (folded != null) folded.open = true
  control?.focus()
}
