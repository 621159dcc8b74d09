import { useFormContext } from 'react-hook-form'
import { describedBy, Field, inputClass } from '../../ui/field.tsx'
import type { FieldsProps } from './basic-fields.tsx'
import { fieldId } from './error-summary.tsx'
import type { CreateForm } from './form.ts'
import { problemOf } from './problems.ts'
import { SelectField, TextField } from './text-field.tsx'

const optionNames = [
  'title',
  'admin.user',
  'site.country',
  'site.currency',
  'release',
  'labels',
  'reason',
  'ticket',
] as const

/** Fields with a default. Opens by itself if one of them is invalid. */
export function OptionFields({ platform, problems }: FieldsProps) {
  const { register } = useFormContext<CreateForm>()
  const wrong = optionNames.some((name) => problemOf(problems, name) !== undefined)
  const labelsId = fieldId('labels')
  return (
    <details className="rounded-md border border-line" {...(wrong ? { open: true } : {})}>
      <summary className="rounded-md px-3 py-2 font-medium hover:bg-hover">
        Options <span className="font-normal text-muted">– each has a default</span>
      </summary>
      <div className="grid gap-4 border-t border-line p-3 sm:grid-cols-2">
        <Engines engines={platform.engines} />
        <TextField name="title" problems={problems} hint="Shown to customers. Default: the name." />
        <TextField
          name="admin.user"
          problems={problems}
          mono
          placeholder="shopkeeper"
          hint="Its password is made in the cluster and never typed here."
        />
        <TextField name="site.country" problems={problems} placeholder="US" hint="ISO 3166-1" />
        <TextField name="site.currency" problems={problems} placeholder="USD" hint="ISO 4217" />
        <SelectField
          name="release"
          problems={problems}
          options={[
            ['', `${platform.defaults.release} (default)`],
            ...platform.releases
              .filter(({ id }) => id !== platform.defaults.release)
              .map(({ id }) => [id, id] as const),
          ]}
        />
        <label className="flex items-center gap-2 self-center">
          <input type="checkbox" {...register('sampleProduct')} className="size-4 accent-accent" />
          A sample product to order
        </label>
        <Field
          id={labelsId}
          label="Labels"
          hint="One key=value per line."
          error={problemOf(problems, 'labels')}
        >
          <textarea
            id={labelsId}
            rows={2}
            {...register('labels')}
            spellCheck={false}
            aria-invalid={problemOf(problems, 'labels') === undefined ? undefined : true}
            aria-describedby={describedBy(labelsId)}
            className={`${inputClass} h-auto py-1 font-mono`}
          />
        </Field>
        <TextField name="reason" problems={problems} hint="Goes into the commit." />
        <TextField name="ticket" problems={problems} placeholder="SHOP-12" />
        <p className="text-sm text-muted sm:col-span-2">
          Plugins and themes are declared in Git; wp-admin cannot install them.
        </p>
      </div>
    </details>
  )
}

const engineNames: Record<string, string> = { woo: 'WooCommerce', medusa: 'Medusa' }

function Engines({ engines }: { readonly engines: FieldsProps['platform']['engines'] }) {
  return (
    <fieldset className="sm:col-span-2">
      <legend className="mb-1 font-medium">Engine</legend>
      <div className="flex flex-wrap gap-x-6 gap-y-1">
        {engines.map(({ id, available }) => (
          <label key={id} className="inline-flex items-center gap-2">
            <input
              type="radio"
              name="engine"
              defaultChecked={available}
              disabled={!available}
              className="size-4 accent-accent"
            />
            {engineNames[id] ?? id}
            {!available && <span className="text-muted">(not available in this version)</span>}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
