import type { PlatformView } from '@storewright/contract/platform.ts'
import {
  CheckControl,
  type EditState,
  LinesControl,
  PickControl,
  TextControl,
} from './edit-controls.tsx'
import type { Edit, EditField } from './edit.ts'

export interface EditInputProps {
  readonly field: EditField
  readonly state: EditState
  /** Values when the form was opened. */
  readonly base: Edit
  /** `undefined` while loading. Until then only the current values can be chosen. */
  readonly platform: PlatformView | undefined
}

/** The control of one field, as the table of store options describes it. */
export function EditInput({ field, state, base, platform }: EditInputProps) {
  switch (field.control) {
    case 'check':
      return <CheckControl state={state} field={field} />
    case 'choice':
      return (
        <PickControl
          state={state}
          field={field}
          options={choicesOf(field, base, platform)}
          hint={field.choices === 'plans' ? sizeOf(state, platform) : undefined}
        />
      )
    case 'date':
    case 'number':
    case 'text':
      return <TextControl state={state} field={field} type={field.control} />
    case 'labels':
    case 'lines':
      return <LinesControl state={state} field={field} rows={2} />
    case 'components':
      // A line is longer than one column: it holds a checksum.
      return (
        <div className="min-w-0 sm:col-span-2">
          <LinesControl state={state} field={field} rows={3} />
        </div>
      )
  }
}

type Choices = readonly (readonly [value: string, label: string])[]

const INHERITED = ['', 'Platform default'] as const

function choicesOf(
  { key, choices = [], required }: EditField,
  base: Edit,
  platform: PlatformView | undefined,
): Choices {
  if (choices === 'plans' || choices === 'releases') {
    return idsOf(platform?.[choices], String(base[key]))
  }
  return required === true ? choices : [INHERITED, ...choices]
}

/** Values that the platform offers. The current value is always included. */
function idsOf(offered: readonly { readonly id: string }[] | undefined, current: string): Choices {
  const ids = (offered ?? []).map(({ id }) => id)
  return (ids.includes(current) ? ids : [current, ...ids]).map((id) => [id, id] as const)
}

function sizeOf({ fields }: EditState, platform: PlatformView | undefined): string | undefined {
  const plan = platform?.plans.find(({ id }) => id === fields.plan)
  return plan && `CPU ${plan.cpu}, memory ${plan.memory}, storage ${plan.storage}`
}
