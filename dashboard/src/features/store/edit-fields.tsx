import { ChevronRight } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { type EditState, errorOf } from './edit-controls.tsx'
import { EditInput, type EditInputProps } from './edit-input.tsx'
import { type Edit, type EditField, editFields } from './edit.ts'

export type EditFieldsProps = Omit<EditInputProps, 'field'>

/** Fields of `''` are always visible. */
const titles = [...new Set(editFields.map(({ section }) => section))].filter((each) => each !== '')

const fieldsOf = (title: string) => editFields.filter(({ section }) => section === title)

/** All options of a store that the user may change. Less common ones are in folded sections. */
export function EditFields(props: EditFieldsProps) {
  const inputs = (title: string) =>
    fieldsOf(title).map((field) => <EditInput key={field.key} {...props} field={field} />)
  return (
    <>
      <div className="grid min-w-0 gap-4 sm:grid-cols-2">{inputs('')}</div>
      <div className="grid min-w-0 gap-2">
        {titles.map((title) => (
          <Section
            key={title}
            title={title}
            of={fieldsOf(title)}
            state={props.state}
            base={props.base}
          >
            {inputs(title)}
          </Section>
        ))}
      </div>
    </>
  )
}

interface SectionProps {
  readonly title: string
  readonly of: readonly EditField[]
  readonly state: EditState
  readonly base: Edit
  readonly children: ReactNode
}

/** Folded fields. Shows which were changed, and opens by itself if one of them is invalid. */
function Section({ title, of, state, base, children }: SectionProps) {
  const [open, setOpen] = useState(false)
  const wrong = of.some(({ key }) => errorOf(state, key) !== undefined)
  const [wasWrong, setWasWrong] = useState(false)
  if (wrong !== wasWrong) {
    setWasWrong(wrong)
    if (wrong) setOpen(true)
  }
  const changed = of.filter(({ key }) => state.fields[key] !== base[key])
  return (
    <details
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="group/section min-w-0 rounded-md border border-line"
    >
      <summary className="flex cursor-pointer list-none flex-wrap items-center gap-x-1.5 rounded-md px-2.5 py-1.5 font-medium hover:bg-hover focus-visible:-outline-offset-2 [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          size={15}
          className="shrink-0 text-muted transition-transform group-open/section:rotate-90"
        />
        {title}
        {changed.length > 0 && (
          <span className="text-sm font-normal text-muted">
            changed: {changed.map(({ label }) => label.toLowerCase()).join(', ')}
          </span>
        )}
      </summary>
      <div className="grid min-w-0 gap-4 border-t border-line p-3 sm:grid-cols-2">{children}</div>
    </details>
  )
}
