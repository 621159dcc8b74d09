import type { ProblemDetail } from '@storewright/contract/problem.ts'
import type { StoreFile } from '@storewright/contract/store-file.ts'
import type { Store } from '@storewright/contract/store.ts'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { asFailure } from '../../api/failure.ts'
import { manifestsQuery, platformQuery } from '../../api/queries.ts'
import { useChange } from '../../api/use-change.ts'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useConfirmation } from '../../ui/toasts.tsx'
import { usePaced } from '../../ui/use-paced.ts'
import { ChangeForm, ReasonField, reasonOf } from './change-form.tsx'
import { CommitPreview, useCommitPreview } from './commit-preview.tsx'
import type { FormProps } from './delete-form.tsx'
import { EditConflict } from './edit-conflict.tsx'
import { EditFields } from './edit-fields.tsx'
import { differing, editOf, patchOf, rebased } from './edit.ts'

const QUIET_MS = 300
const APART_MS = 500

/** The declaration of a store, and the version on which a change is based. */
interface Version {
  readonly etag: string
  readonly intent: StoreFile
}

/** Changes the declaration of a store in exactly the version that the user saw. */
export function EditForm({ store, onClose }: FormProps) {
  const { data, error, refetch } = useQuery(manifestsQuery(store.name, store.revision))
  const now = data?.intent == null ? null : { etag: store.etag, intent: data.intent }
  // The version shown when the form opened. A newer one never replaces typed values.
  const [first, setFirst] = useState(now)
  if (first === null && now !== null) setFirst(now)
  if (first !== null) return <Fields store={store} first={first} now={now} onClose={onClose} />
  return (
    <div className="mt-4">
      {error !== null && <FailurePanel error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && (
        <Skeleton rows={4} label="Loading what the store declares" />
      )}
      {data?.intent === null && (
        <p>
          Its store.yaml is not valid, so nothing can be changed here. Correct it in the stores repo
          and push, or undo the change that broke it (tab Changes).
        </p>
      )}
    </div>
  )
}

interface FieldsProps {
  readonly store: Store
  readonly first: Version
  /** `null` if the newest version is still unknown or cannot be read. */
  readonly now: Version | null
  readonly onClose: () => void
}

function Fields({ store, first, now, onClose }: FieldsProps) {
  const [seen, setSeen] = useState(first)
  const base = editOf(seen.intent)
  const [fields, setFields] = useState(base)
  const [reason, setReason] = useState('')
  const [force, setForce] = useState(false)
  const confirm = useConfirmation()
  const { data: platform } = useQuery(platformQuery)
  useEffect(() => document.getElementById('edit-plan')?.focus(), [])
  const patch = patchOf(fields, base)
  const unchanged = Object.keys(patch).length === 0
  const body = { ...patch, ...reasonOf(reason), ...(force ? { force: true } : {}) }
  const write = useChange('updateStore', store.name, { body, ifMatch: seen.etag }, () => {
    confirm(`${store.name} is changed`)
    onClose()
  })
  // Errors of an earlier patch do not apply to this one.
  const [sentPatch, setSentPatch] = useState('')
  const patchText = JSON.stringify(patch)
  const corrected = write.failure !== null && sentPatch !== patchText
  const save = () => {
    setSentPatch(patchText)
    return write.start()
  }
  const overtaken = store.etag !== seen.etag && !write.pending
  const stale = write.failure?.code === 'precondition_failed'
  const previewed = usePaced(unchanged ? null : patch, QUIET_MS, APART_MS)
  const change =
    previewed === null || overtaken ? null : { patch: { ...previewed, force: true as const } }
  const preview = useCommitPreview(store, change)
  const refused = preview.error === null ? [] : withoutPatch(asFailure(preview.error).errors)
  const modified = store.modified || write.failure?.code === 'store_modified'
  const refusal = overtaken
    ? 'Choose what to do with the other change first.'
    : unchanged
      ? 'Change a field first.'
      : null
  return (
    <ChangeForm
      write={{ ...write, start: save }}
      unknown="The store may be changed"
      submit={['Save changes', 'Committing…']}
      cancel="Cancel"
      refusal={refusal}
      quiet={(stale && overtaken) || (corrected && !stale)}
      onClose={onClose}
    >
      <EditFields
        state={{
          fields,
          errors: corrected ? refused : (write.failure?.errors ?? refused),
          set: (next) => setFields({ ...fields, ...next }),
        }}
        base={base}
        platform={platform}
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
            <span className="font-medium">Overwrite the hand edits.</span> The rendered files of
            this store are not as the generator left them.
          </span>
        </label>
      )}
      <ReasonField id="edit-reason" value={reason} onChange={setReason} />
      <CommitPreview
        store={store}
        change={change}
        costs
        quiet={(write.failure !== null && !corrected) || write.pending}
      />
      {overtaken && now !== null && (
        <EditConflict
          refused={stale}
          base={base}
          store={store}
          theirs={editOf(now.intent)}
          fields={fields}
          onKeep={() => {
            setFields(rebased(fields, base, editOf(now.intent)))
            setSeen(now)
          }}
          onDiscard={() => {
            setFields(editOf(now.intent))
            setSeen(now)
          }}
          mine={differing(fields, base)}
        />
      )}
      {overtaken && now === null && (
        <p role="alert">This store was changed meanwhile. Loading its newest version…</p>
      )}
    </ChangeForm>
  )
}

/** The preview returns pointers into its own body, the change returns pointers into the patch. */
function withoutPatch(errors: readonly ProblemDetail[]): ProblemDetail[] {
  return errors.map(({ pointer, detail }) => ({
    pointer: pointer.replace(/^#\/patch\//, '#/'),
    detail,
  }))
}
