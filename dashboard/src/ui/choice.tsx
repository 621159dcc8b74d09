import { classes } from './classes.ts'
import { inputClass } from './field.tsx'

export interface ChoiceProps {
  readonly label: string
  readonly value: string | undefined
  readonly options: readonly (readonly [value: string, label: string])[]
  /** `''` means any. */
  readonly onChange: (value: string) => void
}

/** A list filter: any, or one of the options. Its label is shown while no option is chosen. */
export function Choice({ label, value = '', options, onChange }: ChoiceProps) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className={classes(inputClass, 'sm:max-w-44')}
    >
      <option value="">{label}: any</option>
      {options.map(([option, words]) => (
        <option key={option} value={option}>
          {words}
        </option>
      ))}
    </select>
  )
}
