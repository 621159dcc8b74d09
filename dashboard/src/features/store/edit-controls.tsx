import type { ReactNode } from 'react'
import type { ProblemDetail } from '../../../../src/contract/problem.ts'
import { sentenceOf } from '../../ui/field-sentence.ts'
import { describedBy, Field, inputClass } from '../../ui/field.tsx'
import { type Edit, type EditKey, editLabels, editPointers } from './edit.ts'

/** State shared by all controls of the dialog. */
export interface EditState {
  readonly fields: Edit
  readonly errors: readonly ProblemDetail[]
  readonly set: (change: Partial<Edit>) => void
}

type KeyOf<Value> = { [Key in EditKey]: Edit[Key] extends Value ? Key : never }[EditKey]

interface ControlProps<Key extends EditKey> {
  readonly state: EditState
  readonly name: Key
  readonly hint?: ReactNode
  /** The field must not be empty. */
  readonly required?: boolean
}

/** Problem of a field in the API's words. A problem of a list entry names its line. */
export function errorOf({ errors }: EditState, key: EditKey): string | undefined {
  const pointer = editPointers[key]
  const found = errors.find((each) => each.pointer === pointer || isBelow(each.pointer, pointer))
  if (found === undefined) return undefined
  const entry = /^\d+/.exec(found.pointer.slice(pointer.length + 1))?.[0]
  return entry === undefined
    ? sentenceOf(editLabels[key], found.detail)
    : `Line ${Number(entry) + 1}: ${found.detail}`
}

const isBelow = (pointer: string, above: string) => pointer.startsWith(`${above}/`)

function attributes(state: EditState, name: EditKey) {
  const id = `edit-${name}`
  return {
    id,
    'aria-describedby': describedBy(id),
    'aria-invalid': errorOf(state, name) === undefined ? undefined : true,
  }
}

function Labelled({
  state,
  name,
  hint,
  required,
  children,
}: ControlProps<EditKey> & { readonly children: ReactNode }) {
  return (
    <Field
      id={`edit-${name}`}
      label={editLabels[name]}
      hint={hint}
      error={errorOf(state, name)}
      required={required === true}
    >
      {children}
    </Field>
  )
}

interface TextProps extends ControlProps<KeyOf<string>> {
  readonly type?: 'text' | 'number' | 'date'
  readonly max?: number
}

export function TextControl({ type = 'text', max, ...props }: TextProps) {
  const { state, name } = props
  return (
    <Labelled {...props}>
      <input
        {...attributes(state, name)}
        type={type}
        value={state.fields[name]}
        {...(type === 'number' ? { min: 1, max, inputMode: 'numeric' } : { maxLength: max })}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => state.set({ [name]: event.target.value })}
        className={inputClass}
      />
    </Labelled>
  )
}

export function LinesControl(props: ControlProps<KeyOf<string>> & { readonly rows?: number }) {
  const { state, name, rows = 2 } = props
  return (
    <Labelled {...props}>
      <textarea
        {...attributes(state, name)}
        rows={rows}
        value={state.fields[name]}
        spellCheck={false}
        onChange={(event) => state.set({ [name]: event.target.value })}
        className={`${inputClass} h-auto py-1 font-mono`}
      />
    </Labelled>
  )
}

interface PickProps extends ControlProps<KeyOf<string>> {
  readonly options: readonly (readonly [value: string, label: string])[]
}

export function PickControl({ options, ...props }: PickProps) {
  const { state, name } = props
  return (
    <Labelled {...props}>
      <select
        {...attributes(state, name)}
        value={state.fields[name]}
        onChange={(event) => state.set({ [name]: event.target.value })}
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
export function CheckControl({ state, name, hint }: ControlProps<KeyOf<boolean>>) {
  const error = errorOf(state, name)
  const id = `edit-${name}`
  return (
    <div className="grid min-w-0 content-start gap-1">
      <label className="flex items-start gap-2">
        <input
          {...attributes(state, name)}
          type="checkbox"
          checked={state.fields[name]}
          onChange={(event) => state.set({ [name]: event.target.checked })}
          className="mt-0.5 size-4 shrink-0 accent-accent"
        />
        <span>
          <span className="font-medium">{editLabels[name]}.</span>{' '}
          <span id={`${id}-hint`} className="text-muted">
            {hint}
          </span>
        </span>
      </label>
      <p id={`${id}-error`} className="text-sm text-danger empty:hidden">
        {error}
      </p>
    </div>
  )
}
