import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { RequestFailure } from '../../api/failure.ts'
import { asFailure } from '../../api/failure.ts'
import { previewRevertQuery } from '../../api/queries.ts'
import { useChange } from '../../api/use-change.ts'
import type { StoreDialog } from '../../search.ts'
import { Button } from '../../ui/button.tsx'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { RadioCards } from '../../ui/radio-cards.tsx'
import { useConfirmation } from '../../ui/toasts.tsx'
import { ChangeForm, ReasonField, reasonRefusal } from './change-form.tsx'
import type { FormProps } from './delete-form.tsx'
import { RevertPreview } from './revert-preview.tsx'

const MIN_REASON = 10

type Mode = 'undo' | 'restore-to'

const modes: readonly (readonly [mode: Mode, label: string, sentence: string])[] = [
  ['undo', 'Undo only this change', 'Later changes to other fields stay.'],
  ['restore-to', 'Restore the state at this commit', 'Later changes are undone too.'],
]

export interface RevertFormProps extends FormProps {
  readonly commit: string
  readonly mode: Mode
  readonly onDialog: (dialog: StoreDialog, at?: string) => void
}

/** Shows a preview of the revert. The result is a normal commit that can be undone too. */
export function RevertForm({ store, commit, mode, onDialog, onClose }: RevertFormProps) {
  const [reason, setReason] = useState('')
  const confirm = useConfirmation()
  const preview = useQuery(previewRevertQuery(store.name, { commit, mode }, store.etag))
  const body = { commit, mode, reason: reason.trim() }
  const write = useChange('revertChange', store.name, { body }, (reply) => {
    confirm(reply.commit === null ? 'Nothing to undo' : `${store.name} is reverted`)
    onClose()
  })
  const failure = write.failure ?? (preview.error === null ? null : asFailure(preview.error))
  const nothing = preview.data?.changes.length === 0
  const refusal =
    preview.error !== null
      ? 'This change cannot be undone. Choose another way.'
      : preview.data === undefined
        ? 'Loading the preview.'
        : nothing
          ? 'Nothing would change.'
          : reasonRefusal(reason, MIN_REASON)
  return (
    <ChangeForm
      write={write}
      unknown="The change may be undone"
      submit={[mode === 'undo' ? 'Undo change' : 'Restore state', 'Committing…']}
      cancel="Cancel"
      refusal={refusal}
      quiet
      onClose={onClose}
    >
      <RadioCards
        name="revert-mode"
        legend={
          <>
            Commit <code className="font-mono">{commit.slice(0, 10)}</code>
          </>
        }
        value={mode}
        choices={modes}
        onChange={(next) => onDialog(next, commit)}
      />
      {failure === null && <RevertPreview preview={preview.data} />}
      {failure !== null && (
        <Refused failure={failure} mode={mode} commit={commit} onDialog={onDialog} />
      )}
      <ReasonField id="revert-reason" value={reason} onChange={setReason} min={MIN_REASON} />
    </ChangeForm>
  )
}

interface RefusedProps {
  readonly failure: RequestFailure
  readonly mode: Mode
  readonly commit: string
  readonly onDialog: (dialog: StoreDialog, at?: string) => void
}

/** The refusal in the API's words, and the remaining choices. */
function Refused({ failure, mode, commit, onDialog }: RefusedProps) {
  const restorePoint = failure.extra['restorePoint']
  const upgrade = failure.extra['schemaChange']
  return (
    <div className="grid gap-2">
      <FailurePanel error={failure} />
      {failure.errors.length > 0 && (
        <ul className="list-disc pl-5 text-sm">
          {failure.errors.map(({ pointer, detail }) => (
            <li key={pointer + detail} className="wrap-anywhere">
              <code className="font-mono">{pointer.replace(/^#\//, '')}</code> {detail}
            </li>
          ))}
        </ul>
      )}
      {typeof upgrade === 'string' && (
        <p>
          In between: <span className="font-medium">{upgrade}</span>.
          {typeof restorePoint === 'string' && (
            <>
              {' '}
              The dump from before it is{' '}
              <code className="font-mono wrap-anywhere">{restorePoint}</code>.
            </>
          )}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {/* Without a conflicting field the commit created the store, so its state is the current
            one. */}
        {failure.code === 'revert_conflict' && mode === 'undo' && failure.errors.length === 0 && (
          <Button look="danger" onClick={() => onDialog('delete')}>
            Delete store…
          </Button>
        )}
        {failure.code === 'revert_conflict' && mode === 'undo' && failure.errors.length > 0 && (
          <Button onClick={() => onDialog('restore-to', commit)}>Restore that state instead</Button>
        )}
        {failure.code === 'revert_crosses_schema' && (
          <Button onClick={() => onDialog('edit')}>Choose a newer release instead</Button>
        )}
      </div>
    </div>
  )
}
