import { useState } from 'react'
import { useChange } from '../../api/use-change.ts'
import { useConfirmation } from '../../ui/toasts.tsx'
import { ChangeForm, ReasonField, reasonOf } from './change-form.tsx'
import { CommitPreview } from './commit-preview.tsx'
import { ConfirmName, nameRefusal } from './confirm-name.tsx'
import { Consequences } from './consequences.tsx'
import type { FormProps } from './delete-form.tsx'
import { MassDeletion } from './mass-deletion.tsx'

/**
 * First step of a purge. Only the server knows whether a backup outlives the namespace. The user
 * accepts data loss only after the server has reported it, because a purge that accepts data loss
 * waits for no backup.
 */
export function PurgeForm({ store, onClose }: FormProps) {
  const [typed, setTyped] = useState('')
  const [reason, setReason] = useState('')
  const [count, setCount] = useState('')
  const [lossAccepted, setLossAccepted] = useState(false)
  const [lossAsked, setLossAsked] = useState(false)
  const confirm = useConfirmation()
  const body = {
    ...reasonOf(reason),
    ...(lossAccepted ? { acknowledgeDataLoss: true } : {}),
    ...(count === '' ? {} : { allowMassDelete: Number(count) }),
    confirm: typed,
  }
  const write = useChange('purgeStore', store.name, { body }, () => {
    confirm(`${store.name} is being purged`)
    onClose()
  })
  const asksLoss = write.failure?.code === 'data_loss_unacknowledged'
  if (asksLoss && !lossAsked) setLossAsked(true)
  const unaccepted = lossAsked && !lossAccepted ? 'Accept the loss of its data, or keep it.' : null
  return (
    <>
      <Consequences
        of={[
          ['First', 'The protections of volumes and credentials are dropped, by a commit.'],
          [
            'Then',
            'Once Argo CD has applied that and a final backup, where one is kept elsewhere, is complete, the folder leaves Git and everything of the store is removed.',
          ],
          [
            'For good',
            'Its data cannot be recovered after that. Until then Restore cancels the purge.',
          ],
        ]}
      />
      <ChangeForm
        write={write}
        unknown="The purge may have begun"
        submit={['Purge store', 'Beginning…']}
        cancel="Keep its data"
        danger
        refusal={nameRefusal(typed, store.name) ?? unaccepted}
        quiet={asksLoss}
        onClose={onClose}
      >
        <ConfirmName id="purge-name" name={store.name} value={typed} onChange={setTyped} />
        <CommitPreview
          store={store}
          change={{ action: 'purge' }}
          quiet={write.failure !== null || write.pending}
        />
        <ReasonField id="purge-reason" value={reason} onChange={setReason} />
        {lossAsked && (
          <div role="alert" className="rounded-md border border-danger p-3">
            <p className="font-medium text-danger">
              No backup of this store outlives its namespace
            </p>
            <p className="mt-0.5 text-muted">
              Its products, orders and uploads would be gone for good.
            </p>
            <label className="mt-2 flex items-start gap-2 font-medium">
              <input
                id="purge-loss"
                type="checkbox"
                checked={lossAccepted}
                onChange={(event) => setLossAccepted(event.target.checked)}
                className="mt-0.5 size-4 shrink-0 accent-accent"
              />
              I accept the loss of this data
            </label>
          </div>
        )}
        <MassDeletion id="purge-count" failure={write.failure} value={count} onChange={setCount} />
      </ChangeForm>
    </>
  )
}
