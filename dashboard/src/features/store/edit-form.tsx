import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { platformQuery } from '../../api/queries.ts'
import { useChange } from '../../api/use-change.ts'
import { useConfirmation } from '../../ui/toasts.tsx'
import { usePaced } from '../../ui/use-paced.ts'
import { ChangeForm, ReasonField, reasonOf } from './change-form.tsx'
import { CommitPreview } from './commit-preview.tsx'
import type { FormProps } from './delete-form.tsx'
import { differing, editOf, patchOf, rebased } from './edit.ts'
import { EditConflict } from './edit-conflict.tsx'
import { EditFields } from './edit-fields.tsx'

const QUIET_MS = 300
const APART_MS = 500

/** Changes plan and options of exactly the version that the person saw. */
export function EditForm({ store, onClose }: FormProps) {
  // The version that the fields were filled from; a newer one never replaces what is being typed.
  const [seen, setSeen] = useState(store)
  const base = editOf(seen)
  const [fields, setFields] = useState(base)
  const [reason, setReason] = useState('')
  const [force, setForce] = useState(false)
  const confirm = useConfirmation()
  const { data: platform } = useQuery(platformQuery)
  const patch = patchOf(fields, base)
  const unchanged = Object.keys(patch).length === 0
  const body = { ...patch, ...reasonOf(reason), ...(force ? { force: true } : {}) }
  const write = useChange('updateStore', store.name, { body, ifMatch: seen.etag }, () => {
    confirm(`${store.name} is changed`)
    onClose()
  })
  const overtaken = store.etag !== seen.etag && !write.pending
  const stale = write.failure?.code === 'precondition_failed'
  const previewed = usePaced(unchanged ? null : patch, QUIET_MS, APART_MS)
  const modified = seen.modified || write.failure?.code === 'store_modified'
  const refusal = overtaken
    ? 'Choose below what to do with the other change first.'
    : unchanged
      ? 'Nothing is changed yet.'
      : null
  return (
    <ChangeForm
      write={write}
      unknown="The store may be changed"
      submit={['Save changes', 'Committing…']}
      cancel="Cancel"
      refusal={refusal}
      quiet={stale && overtaken}
      onClose={onClose}
    >
      <EditFields
        fields={fields}
        platform={platform}
        current={seen}
        errors={write.failure?.errors ?? []}
        onChange={setFields}
      />
      {modified && (
        <label className="flex items-start gap-2 rounded-md border border-warn p-3">
          <input
            type="checkbox"
            checked={force}
            onChange={(event) => setForce(event.target.checked)}
            className="mt-0.5 size-4 shrink-0 accent-accent"
          />
          <span>
            <span className="font-medium">Write over what was edited by hand.</span> The rendered
            files of this store are not as the generator left them.
          </span>
        </label>
      )}
      <ReasonField id="edit-reason" value={reason} onChange={setReason} />
      {!overtaken && (
        <CommitPreview
          store={store}
          change={previewed === null ? null : { patch: { ...previewed, force: true } }}
          quiet={write.failure !== null || write.pending}
        />
      )}
      {overtaken && (
        <EditConflict
          refused={stale}
          base={base}
          store={store}
          fields={fields}
          onKeep={() => {
            setFields(rebased(fields, base, editOf(store)))
            setSeen(store)
          }}
          onDiscard={() => {
            setFields(editOf(store))
            setSeen(store)
          }}
          mine={differing(fields, base)}
        />
      )}
    </ChangeForm>
  )
}
