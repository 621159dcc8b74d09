import type { Ref } from 'react'
import { fieldLabels } from './form.ts'
import type { FieldProblem } from './problems.ts'

export interface ErrorSummaryProps {
  readonly ref: Ref<HTMLDivElement>
  readonly problems: readonly FieldProblem[]
}

/**
 * Links to each invalid field after a refused attempt and takes the focus. The problem text is only
 * next to the field, so a single invalid field needs no summary.
 */
export function ErrorSummary({ ref, problems }: ErrorSummaryProps) {
  const placed = problems.flatMap(({ field }) => (field === null ? [] : [field]))
  const other = problems.filter(({ field }) => field === null)
  if (other.length === 0 && placed.length < 2) return null
  return (
    <div ref={ref} tabIndex={-1} role="alert" className="rounded-md border border-danger p-3">
      {other.map(({ detail }) => (
        <p key={detail} className="text-danger wrap-anywhere">
          {detail}
        </p>
      ))}
      {placed.length > 0 && (
        <p className="flex flex-wrap gap-x-3">
          <span className="font-semibold text-danger">Correct:</span>
          {placed.map((field) => (
            <a
              key={field}
              href={`#${fieldId(field)}`}
              onClick={(event) => focusField(event, fieldId(field))}
              className="text-accent underline"
            >
              {fieldLabels[field]}
            </a>
          ))}
        </p>
      )}
    </div>
  )
}

/** Id of a field's control. */
export function fieldId(field: string): string {
  return `create-${field.replace('.', '-')}`
}

/** Moves the focus and opens the options if the field is inside. The URL does not change. */
function focusField(event: { preventDefault: () => void }, id: string): void {
  event.preventDefault()
  const control = document.getElementById(id)
  const folded = control?.closest('details')
  if (folded != null) folded.open = true
  control?.focus()
}
