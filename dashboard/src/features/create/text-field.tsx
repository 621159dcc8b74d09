import type { ReactNode } from 'react'
import { useFormContext } from 'react-hook-form'
import { describedBy, Field, inputClass } from '../../ui/field.tsx'
import { startField } from '../../ui/start-focus.ts'
import { fieldId } from './error-summary.tsx'
import { type CreateForm, fieldLabels, type FieldName } from './form.ts'
import { type FieldProblem, problemOf } from './problems.ts'

export interface TextFieldProps {
  readonly name: FieldName
  readonly problems: readonly FieldProblem[]
  readonly hint?: ReactNode
  readonly placeholder?: string
  readonly required?: boolean
  readonly mono?: boolean
  /** This field gets the focus when the page opens. */
  readonly start?: boolean
}

export function TextField(props: TextFieldProps) {
  const { name, problems, hint, placeholder, required, mono, start } = props
  const { register } = useFormContext<CreateForm>()
  const id = fieldId(name)
  const error = problemOf(problems, name)
  return (
    <Field id={id} label={fieldLabels[name]} hint={hint} error={error} required={required === true}>
      <input
        id={id}
        {...register(name)}
        {...(start === true ? startField : {})}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={error === undefined ? undefined : true}
        aria-required={required}
        aria-describedby={describedBy(id)}
        className={mono === true ? `${inputClass} font-mono` : inputClass}
      />
    </Field>
  )
}

export interface SelectFieldProps extends TextFieldProps {
  readonly options: readonly (readonly [value: string, label: string])[]
}

export function SelectField({ name, problems, hint, options }: SelectFieldProps) {
  const { register } = useFormContext<CreateForm>()
  const id = fieldId(name)
  const error = problemOf(problems, name)
  return (
    <Field id={id} label={fieldLabels[name]} hint={hint} error={error}>
      <select
        id={id}
        {...register(name)}
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={describedBy(id)}
        className={inputClass}
      >
        {options.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </Field>
  )
}
