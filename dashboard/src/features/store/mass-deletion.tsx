import type { RequestFailure } from '../../api/failure.ts'
import { describedBy, Field, inputClass } from '../../ui/field.tsx'

export interface MassDeletionProps {
  readonly id: string
  readonly failure: RequestFailure | null
  readonly value: string
  readonly onChange: (count: string) => void
}

/**
 * Field to override the limit on mass deletion by typing the total number of stores. Shown once the
 * limit applies.
 */
export function MassDeletion({ id, failure, value, onChange }: MassDeletionProps) {
  if (!isMassDeletion(failure, value)) return null
  const count = Number(failure?.extra['count'] ?? 0)
  const hint = `${count > 0 ? `${count} with this one. ` : ''}Needs a reason of at least 10 characters.`
  return (
    <Field id={id} label="Type how many stores go in all" hint={hint} required>
      <input
        id={id}
        inputMode="numeric"
        value={value}
        onChange={(event) => onChange(event.target.value.replaceAll(/\D/g, ''))}
        autoComplete="off"
        aria-describedby={describedBy(id)}
        className={`${inputClass} max-w-32 tabular-nums`}
      />
    </Field>
  )
}

/** A field that was used stays visible, whatever the next response is. */
function isMassDeletion(failure: RequestFailure | null, value: string): boolean {
  return failure?.code === 'mass_delete_brake' || value !== ''
}
