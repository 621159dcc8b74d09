import type { PlatformView } from '../../../../src/contract/platform.ts'
import type { ProblemDetail } from '../../../../src/contract/problem.ts'
import type { Store } from '../../../../src/contract/store.ts'
import { describedBy, Field, inputClass } from '../../ui/field.tsx'
import type { Edit, EditKey } from './edit.ts'

export interface EditFieldsProps {
  readonly fields: Edit
  /** `undefined` while it is loading: then only what the store has now can be chosen. */
  readonly platform: PlatformView | undefined
  readonly current: Store
  readonly errors: readonly ProblemDetail[]
  readonly onChange: (fields: Edit) => void
}

export function EditFields({ fields, platform, current, errors, onChange }: EditFieldsProps) {
  const set = (change: Partial<Edit>) => onChange({ ...fields, ...change })
  const errorOf = (key: EditKey) =>
    errors.find(({ pointer }) => pointer === `#/${key}` || pointer.startsWith(`#/${key}/`))?.detail
  const props = (key: EditKey) => ({
    id: `edit-${key}`,
    'aria-describedby': describedBy(`edit-${key}`),
    'aria-invalid': errorOf(key) === undefined ? undefined : true,
  })
  const plan = platform?.plans.find(({ id }) => id === fields.plan)
  return (
    <div className="grid min-w-0 gap-4 sm:grid-cols-2">
      <Field
        id="edit-plan"
        label="Plan"
        required
        error={errorOf('plan')}
        hint={
          plan === undefined
            ? ''
            : `CPU ${plan.cpu}, memory ${plan.memory}, storage ${plan.storage}`
        }
      >
        <Choice
          {...props('plan')}
          value={fields.plan}
          options={idsOf(platform?.plans, current.plan)}
          onChange={(next) => set({ plan: next })}
        />
      </Field>
      <Field id="edit-release" label="Release" required error={errorOf('release')}>
        <Choice
          {...props('release')}
          value={fields.release}
          options={idsOf(platform?.releases, current.release)}
          onChange={(next) => set({ release: next })}
        />
      </Field>
      <Field id="edit-title" label="Title" hint="Shown to customers." error={errorOf('title')}>
        <input
          {...props('title')}
          value={fields.title}
          maxLength={80}
          autoComplete="off"
          onChange={(event) => set({ title: event.target.value })}
          className={inputClass}
        />
      </Field>
      <Field id="edit-labels" label="Labels" hint="One key=value a line." error={errorOf('labels')}>
        <textarea
          {...props('labels')}
          rows={2}
          value={fields.labels}
          spellCheck={false}
          onChange={(event) => set({ labels: event.target.value })}
          className={`${inputClass} h-auto py-1 font-mono`}
        />
      </Field>
      <label className="flex items-start gap-2 sm:col-span-2">
        <input
          id="edit-autoSync"
          type="checkbox"
          checked={fields.autoSync}
          onChange={(event) => set({ autoSync: event.target.checked })}
          className="mt-0.5 size-4 shrink-0 accent-accent"
        />
        <span>
          <span className="font-medium">Auto-sync.</span>{' '}
          <span className="text-muted">Argo CD applies each commit by itself.</span>
        </span>
      </label>
    </div>
  )
}

/** What the platform offers; what the store has stays a choice, offered or not. */
function idsOf(offered: readonly { readonly id: string }[] | undefined, current: string): string[] {
  const ids = (offered ?? []).map(({ id }) => id)
  return ids.includes(current) ? ids : [current, ...ids]
}

interface ChoiceProps {
  readonly id: string
  readonly value: string
  readonly options: readonly string[]
  readonly onChange: (value: string) => void
}

function Choice({ options, onChange, ...rest }: ChoiceProps) {
  return (
    <select {...rest} onChange={(event) => onChange(event.target.value)} className={inputClass}>
      {options.map((option) => (
        <option key={option}>{option}</option>
      ))}
    </select>
  )
}
