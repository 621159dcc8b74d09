import type { ReactNode } from 'react'

export const inputClass =
  'h-8 w-full min-w-0 rounded-md border border-control bg-page px-2.5 text-text placeholder:text-muted aria-invalid:border-danger'

export interface FieldProps {
  readonly id: string
  readonly label: string
  /** Below the control: what to enter, or what the value causes. */
  readonly hint?: ReactNode
  readonly error?: string | undefined
  readonly required?: boolean
  readonly children: ReactNode
}

/** Ids of a control's hint and error, for its `aria-describedby`. */
export function describedBy(id: string): string {
  return `${id}-hint ${id}-error`
}

/** Label, control, hint and error. The control carries `id`, `aria-invalid` and {@link describedBy}. */
export function Field({ id, label, hint, error, required, children }: FieldProps) {
  return (
    <div className="grid min-w-0 content-start gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
        {required !== true && <span className="font-normal text-muted"> (optional)</span>}
      </label>
      {children}
      <p id={`${id}-error`} aria-live="polite" className="text-sm text-danger empty:hidden">
        {error}
      </p>
      <div id={`${id}-hint`} className="text-sm text-muted empty:hidden">
        {hint}
      </div>
    </div>
  )
}
