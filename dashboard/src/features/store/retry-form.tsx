import { useState } from 'react'
import type { BodyOf } from '../../../../src/contract/endpoints.ts'
import { useChange } from '../../api/use-change.ts'
import { RadioCards } from '../../ui/radio-cards.tsx'
import { useConfirmation } from '../../ui/toasts.tsx'
import { ChangeForm, ReasonField, reasonOf } from './change-form.tsx'
import type { FormProps } from './delete-form.tsx'

type What = NonNullable<BodyOf<'retryStore'>['what']>

const choices: readonly (readonly [what: What, label: string, sentence: string])[] = [
  ['init', 'Set-up', 'Installs what is missing; orders and products stay.'],
  ['credentials', 'A new database password', 'WordPress restarts with it.'],
  ['adminReset', 'A new admin password', 'The one in use ends; the new one is in its Secret.'],
  ['backup', 'A backup now', 'Beside those that are made by the clock.'],
]

/** What can be run once more without any other change of the store. */
export function RetryForm({ store, onClose }: FormProps) {
  const [what, setWhat] = useState<What>('init')
  const [reason, setReason] = useState('')
  const confirm = useConfirmation()
  const write = useChange('retryStore', store.name, { body: { what, ...reasonOf(reason) } }, () => {
    confirm(`${choices.find(([each]) => each === what)?.[1]}: committed`)
    onClose()
  })
  return (
    <ChangeForm
      write={write}
      unknown="It may have been committed"
      submit={['Run again', 'Committing…']}
      cancel="Cancel"
      onClose={onClose}
    >
      <RadioCards
        name="retry-what"
        legend="Run once more"
        value={what}
        choices={choices}
        onChange={setWhat}
      />
      <ReasonField id="retry-reason" value={reason} onChange={setReason} />
    </ChangeForm>
  )
}
