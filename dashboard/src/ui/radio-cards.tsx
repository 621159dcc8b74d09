import type { ReactNode } from 'react'

export interface RadioCardsProps<Value extends string> {
  readonly name: string
  readonly legend: ReactNode
  readonly value: Value
  readonly choices: readonly (readonly [value: Value, label: string, sentence: string])[]
  readonly onChange: (value: Value) => void
}

/**
 * A choice of a few options with a sentence each. The whole card is the label of the radio button.
 */
export function RadioCards<Value extends string>(props: RadioCardsProps<Value>) {
  const { name, legend, value, choices, onChange } = props
  return (
    <fieldset className="grid min-w-0 gap-1.5">
      <legend className="mb-1 font-medium">{legend}</legend>
      {choices.map(([each, label, sentence]) => (
        <label
          key={each}
          className="grid cursor-pointer grid-cols-[1rem_minmax(0,1fr)] gap-x-2.5 rounded-md border border-control px-3 py-2 hover:bg-hover has-checked:border-accent has-checked:ring-1 has-checked:ring-accent"
        >
          <input
            type="radio"
            name={name}
            value={each}
            checked={value === each}
            onChange={() => onChange(each)}
            className="mt-0.5 size-4 accent-accent"
          />
          <span className="font-medium">{label}</span>
          <span className="col-start-2 text-sm text-muted">{sentence}</span>
        </label>
      ))}
    </fieldset>
  )
}
