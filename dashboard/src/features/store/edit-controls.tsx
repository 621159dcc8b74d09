import type { ProblemDetail } from '@storewright/contract/problem.ts'
import type { ReactNode } from 'react'
import { sentenceOf } from '../../ui/field-sentence.ts'
import { describedBy, Field, inputClass } from '../../ui/field.tsx'
import { type Edit, type EditField, type EditKey, labelOf, pointerOf } from './edit.ts'

/** State shared by all controls of the dialog. */
export interface EditState {
  readonly fields: Edit
  readonly errors: readonly ProblemDetail[]
  readonly set: (change: Partial<Edit>) => void
}

interface ControlProps {
  readonly state: EditState
  readonly field: EditField
  /** Replaces the help text of the field. */
  readonly hint?: ReactNode
}

/** Problem of a field in the API's words. A problem of a list entry names its line. */
export function errorOf({ errors }: EditState, key: EditKey): string | undefined {
  const pointer = pointerOf(key)
  const found = errors.find((each) => each.pointer === pointer || isBelow(each.pointer, pointer))
  if (found === undefined) return undefined
  const entry = /^\d+/.exec(found.pointer.slice(pointer.length + 1))?.[0]
  return entry === undefined
    ? sentenceOf(labelOf(key), found.detail)
    : `Line ${Number(entry) + 1}: ${found.detail}`
}

const isBelow = (pointer: string, above: string) => pointer.startsWith(`${above}/`)

const idOf = (key: EditKey) => `edit-${key.replaceAll('.', '-')}`

function attributes(state: EditState, key: EditKey) {
  const id = idOf(key)
  return {
    id,
    'aria-describedby': describedBy(id),
    'aria-invalid': errorOf(state, key) === undefined ? undefined : true,
  }
}

function Labelled({ state, field, hint, children }: ControlProps & { children: ReactNode }) {
  return (
    <Field
      id={idOf(field.key)}
      label={field.label}
      hint={hint ?? field.help}
      error={errorOf(state, field.key)}
      required={field.required === true}
    >
      {children}
    </Field>
  )
}

/** The text of a control other than a checkbox. */
const textOf = ({ fields }: EditState, { key }: EditField) => String(fields[key])

export function TextControl(props: ControlProps & { readonly type: 'text' | 'number' | 'date' }) {
  const { state, field, type } = props
  const { max } = field
  return (
    <Labelled {...props}>
      <input
        {...attributes(state, field.key)}
        type={type}
        value={textOf(state, field)}
        {...(type === 'number' ? { min: 1, max, inputMode: 'numeric' } : { maxLength: max })}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => state.set({ [field.key]: event.target.value })}
        className={inputClass}
      />
    </Labelled>
  )
}

export function LinesControl(props: ControlProps & { readonly rows: number }) {
  const { state, field, rows } = props
  return (
    <Labelled {...props}>
      <textarea
        {...attributes(state, field.key)}
        rows={rows}
        value={textOf(state, field)}
        spellCheck={false}
        onChange={(event) => state.set({ [field.key]: event.target.value })}
        className={`${inputClass} h-auto py-1 font-mono`}
      />
    </Labelled>
  )
}

interface PickProps extends ControlProps {
  readonly options: readonly (readonly [value: string, label: string])[]
}

export function PickControl({ options, ...props }: PickProps) {
  const { state, field } = props
  return (
    <Labelled {...props}>
      <select
        {...attributes(state, field.key)}
        value={textOf(state, field)}
        onChange={(event) => state.set({ [field.key]: event.target.value })}
        className={inputClass}
      >
        {options.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </Labelled>
  )
}

/** A checkbox with its sentence. */
export function CheckControl({ state, field }: ControlProps) {
  const error = errorOf(state, field.key)
  const id = idOf(field.key)
  return (
    <div className="grid min-w-0 content-start gap-1">
      <label className="flex items-start gap-2">
        <input
          {...attributes(state, field.key)}
          type="checkbox"
          checked={state.fields[field.key] === true}
          onChange={(event) => state.set({ [field.key]: event.target.checked })}
          className="mt-0.5 size-4 shrink-0 accent-accent"
        />
        <span>
          <span className="font-medium">{field.label}.</span>{' '}
          <span id={`${id}-hint`} className="text-muted">
            {field.help}
          </span>
        </span>
      </label>
      <p id={`${id}-error`} className="text-sm text-danger empty:hidden">
        {error}
      </p>
    </div>
  )
}
