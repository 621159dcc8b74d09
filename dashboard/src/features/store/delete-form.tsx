import type { Store } from '@storewright/contract/store.ts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { platformQuery } from '../../api/queries.ts'
import { useChange } from '../../api/use-change.ts'
import { useConfirmation } from '../../ui/toasts.tsx'
import { ChangeForm, ReasonField, reasonOf } from './change-form.tsx'
import { CommitPreview } from './commit-preview.tsx'
import { ConfirmName, nameRefusal } from './confirm-name.tsx'
import { type Consequence, Consequences } from './consequences.tsx'
import { MassDeletion } from './mass-deletion.tsx'

export interface FormProps {
  readonly store: Store
  readonly onClose: () => void
}

/** Lists the consequences. The user must type the name. */
export function DeleteForm({ store, onClose }: FormProps) {
  const [typed, setTyped] = useState('')
  const [reason, setReason] = useState('')
  const [count, setCount] = useState('')
  const confirm = useConfirmation()
  const days = useQuery(platformQuery).data?.limits.retentionDays
  const query = { ...reasonOf(reason), ...(count === '' ? {} : { allowMassDelete: count }) }
  const write = useChange('deleteStore', store.name, { query }, () => {
    confirm(`${store.name} is deleted`)
    onClose()
  })
  return (
    <>
      <Consequences of={consequences(store, days)} />
      <ChangeForm
        write={write}
        unknown="The store may be deleted"
        submit={['Delete store', 'Deleting…']}
        cancel="Keep the store"
        danger
        refusal={nameRefusal(typed, store.name)}
        onClose={onClose}
      >
        <ConfirmName id="delete-name" name={store.name} value={typed} onChange={setTyped} />
        <CommitPreview
          store={store}
          change={{ action: 'delete' }}
          quiet={write.failure !== null || write.pending}
        />
        <ReasonField id="delete-reason" value={reason} onChange={setReason} />
        <MassDeletion id="delete-count" failure={write.failure} value={count} onChange={setCount} />
      </ChangeForm>
    </>
  )
}

function consequences({ host }: Store, days: number | undefined): readonly Consequence[] {
  const stops = `Database and WordPress; ${host} no longer answers. Orders under way are lost.`
  if (days === 0) {
    return [
      ['Stops now', stops],
      [
        'Goes',
        'Volumes and credentials, permanently: the retention of this platform is 0 days, so the purge follows at once.',
      ],
      ['Stays', 'The name and every change in Git.'],
      [
        'Way back',
        'Restore, if it comes before the purge has removed the folder. To stop it for a while, suspend it instead.',
      ],
    ]
  }
  const kept = days === undefined ? '' : ` for ${days} days`
  return [
    ['Stops now', stops],
    ['Stays', `Volumes and credentials${kept}, the name, and every change in Git.`],
    ['Way back', 'Restore, or undo this deletion, until then.'],
  ]
}
