import type { RequestFailure } from '../../api/failure.ts'
import { describedBy, Field, inputClass } from '../../ui/field.tsx'

export interface MassDeletionProps {
  readonly id: string
  readonly failure: RequestFailure | null
  readonly value: string
  readonly onChange: (count: string) => void
}

/** The way past the brake on mass deletion: the number of stores that go in all, typed. Shown once it has braked. */
export function MassDeletion({ id, failure, value, onChange }: MassDeletionProps) {
  if (!isBraked(failure, value)) return null
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

/** Once the field was used it stays, whatever the next answer is. */
function isBraked(failure: RequestFailure | null, value: string): boolean {
  return failure?.code === 'mass_delete_brake' || value !== ''
}
