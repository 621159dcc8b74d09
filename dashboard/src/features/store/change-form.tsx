import type { FormEvent, ReactNode } from 'react'
import type { Write } from '../../api/use-write.ts'
import { Button } from '../../ui/button.tsx'
import { describedBy, Field, inputClass } from '../../ui/field.tsx'
import { writeRefusal, WriteState } from '../../ui/write-state.tsx'
import { useWriteRefusal } from '../../ui/writes.ts'

export interface ChangeFormProps {
  readonly write: Write
  /** Possible result if the response was lost, such as "The store may be suspended". */
  readonly unknown: string
  /** Label of the button, idle and busy. */
  readonly submit: readonly [word: string, busy: string]
  readonly cancel: string
  readonly danger?: boolean
  /** Why the form cannot be sent yet. `null` if it can. */
  readonly refusal?: string | null
  /** The fields show the failure themselves. */
  readonly quiet?: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}

/** Body of a dialog that changes a store: fields, result of the request, and buttons. */
export function ChangeForm(props: ChangeFormProps) {
  const { write, submit, cancel, danger, onClose } = props
  const stopped = useWriteRefusal() ?? props.refusal ?? null
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (writeRefusal(write, stopped) === null) void write.start()
  }
  return (
    <form
      onSubmit={onSubmit}
      noValidate
      className="mt-4 grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4"
    >
      {props.children}
      {props.quiet !== true && <WriteState write={write} unknown={props.unknown} />}
      <div className="sticky -bottom-5 -mx-5 -mb-5 flex flex-wrap justify-end gap-2 border-t border-line bg-page px-5 py-3">
        <Button onClick={onClose}>{cancel}</Button>
        <Button
          type="submit"
          look={danger === true ? 'danger' : 'primary'}
          refusal={writeRefusal(write, stopped)}
        >
          {write.pending ? submit[1] : submit[0]}
        </Button>
      </div>
    </form>
  )
}

export interface ReasonFieldProps {
  readonly id: string
  readonly value: string
  readonly onChange: (reason: string) => void
  /** Minimum number of characters; @default 0, not required */
  readonly min?: number
}

export function ReasonField({ id, value, onChange, min = 0 }: ReasonFieldProps) {
  const hint =
    min === 0 ? 'Goes into the commit.' : `At least ${min} characters; goes into the commit.`
  return (
    <Field id={id} label="Reason" hint={hint} required={min > 0}>
      <input
        id={id}
        value={value}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
        aria-describedby={describedBy(id)}
        className={inputClass}
      />
    </Field>
  )
}

/** `{ reason }`, or an empty object without a reason. */
export function reasonOf(reason: string): { reason?: string } {
  return reason.trim() === '' ? {} : { reason: reason.trim() }
}

/** Why a required reason is not accepted. `null` if it is. */
export function reasonRefusal(reason: string, min: number): string | null {
  return [...reason.trim()].length < min ? `Enter a reason of at least ${min} characters.` : null
}
