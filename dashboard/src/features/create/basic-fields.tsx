import type { PlatformView } from '@storewright/contract/platform.ts'
import { useEffect } from 'react'
import { useWatch } from 'react-hook-form'
import { focusStart, isFocusIdle } from '../../ui/start-focus.ts'
import type { CreateForm } from './form.ts'
import type { FieldProblem } from './problems.ts'
import { SelectField, TextField } from './text-field.tsx'

export interface FieldsProps {
  readonly platform: PlatformView
  readonly problems: readonly FieldProblem[]
}

export function BasicFields({ platform, problems }: FieldsProps) {
  const name = useWatch<CreateForm, 'name'>({ name: 'name' })
  // If the plans load late, the form appears after the navigation.
  useEffect(() => {
    if (isFocusIdle()) focusStart()
  }, [])
  return (
    <div className="grid gap-4">
      <TextField
        name="name"
        problems={problems}
        required
        start
        mono
        placeholder="my-shop"
        hint={
          <span className="wrap-anywhere">
            Answers at{' '}
            <span className="font-mono">
              {platform.scheme}://{name === '' ? '<name>' : name}.{platform.baseDomain}
            </span>
            . Cannot be changed later.
          </span>
        }
      />
      {platform.teams.length > 1 && (
        <SelectField
          name="team"
          problems={problems}
          options={[
            ['', `${platform.defaults.team} (default)`],
            ...platform.teams
              .filter(({ id }) => id !== platform.defaults.team)
              .map(({ id, title }) => [id, title === id ? id : `${title} (${id})`] as const),
          ]}
        />
      )}
    </div>
  )
}
