import { CopyButton } from '../../ui/copy.tsx'
import { describedBy, Field, inputClass } from '../../ui/field.tsx'

export interface ConfirmNameProps {
  readonly id: string
  readonly name: string
  readonly value: string
  readonly onChange: (typed: string) => void
}

/** The name is shown and can be copied. Typing it is a pause to think, not a memory test. */
export function ConfirmName({ id, name, value, onChange }: ConfirmNameProps) {
  return (
    <Field
      id={id}
      label="Type the store’s name"
      required
      hint={
        <span className="inline-flex items-center gap-1">
          <code className="font-mono wrap-anywhere">{name}</code>
          <CopyButton text={name} label="Copy the name" />
        </span>
      }
    >
      <input
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        aria-describedby={describedBy(id)}
        className={`${inputClass} font-mono`}
      />
    </Field>
  )
}

export const nameRefusal = (typed: string, name: string): string | null =>
  typed === name ? null : `Type ${name} to confirm.`
