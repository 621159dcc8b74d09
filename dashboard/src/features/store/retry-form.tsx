import type { BodyOf } from '@storewright/contract/endpoints.ts'
import { useState } from 'react'
import { useChange } from '../../api/use-change.ts'
import { RadioCards } from '../../ui/radio-cards.tsx'
import { useConfirmation } from '../../ui/toasts.tsx'
import { ChangeForm, ReasonField, reasonOf } from './change-form.tsx'
import type { FormProps } from './delete-form.tsx'

type What = NonNullable<BodyOf<'retryStore'>['what']>

const choices: readonly (readonly [what: What, label: string, sentence: string])[] = [
  ['init', 'Run set-up again', 'Installs missing parts. Orders and products stay.'],
  ['credentials', 'Rotate the database password', 'WordPress restarts with the new password.'],
  [
    'adminReset',
    'Reset the admin password',
    'The current password stops working. The new one is stored in the Secret.',
  ],
  ['backup', 'Back up now', 'In addition to scheduled backups.'],
]

/** Tasks that run once without another change of the store. */
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
      submit={['Run task', 'Committing…']}
      cancel="Cancel"
      onClose={onClose}
    >
      <RadioCards
        name="retry-what"
        legend="Task"
        value={what}
        choices={choices}
        onChange={setWhat}
      />
      <ReasonField id="retry-reason" value={reason} onChange={setReason} />
    </ChangeForm>
  )
}
