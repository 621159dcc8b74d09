import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import type { Store } from '../../../../src/contract/store.ts'
import { request } from '../../api/client.ts'
import { platformQuery } from '../../api/queries.ts'
import { useWrite } from '../../api/use-write.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { describedBy, Field, inputClass } from '../../ui/field.tsx'
import { useConfirmation } from '../../ui/toasts.tsx'
import { useWriteRefusal } from '../../ui/writes.ts'
import { writeRefusal, WriteState } from '../../ui/write-state.tsx'

export interface DeleteDialogProps {
  readonly store: Store
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
}

/** Says what stops and what stays; the name must be typed, and is shown so that it is no memory test. */
export function DeleteDialog({ store, open, onOpenChange }: DeleteDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={`Delete ${store.name}?`}>
      <Consequences store={store} />
      <DeleteForm store={store} onClose={() => onOpenChange(false)} />
    </Dialog>
  )
}

function Consequences({ store }: { readonly store: Store }) {
  const days = useQuery(platformQuery).data?.limits.retentionDays
  return (
    <dl className="mt-3 grid gap-2 [&_dt]:font-medium">
      <div>
        <dt>Stops now</dt>
        <dd className="text-muted">
          Database and WordPress; {store.host} no longer answers. Orders under way are lost.
        </dd>
      </div>
      <div>
        <dt>Stays</dt>
        <dd className="text-muted">
          {days === undefined || days > 0
            ? `Volumes and credentials${days === undefined ? '' : ` for ${days} days`}, the name, and every change in Git.`
            : 'The name and every change in Git. This platform keeps deleted data for 0 days: count its volumes and credentials as lost.'}
        </dd>
      </div>
    </dl>
  )
}

function DeleteForm({ store, onClose }: { readonly store: Store; readonly onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const [reason, setReason] = useState('')
  const queryClient = useQueryClient()
  const confirm = useConfirmation()
  const refusal = useWriteRefusal()
  const key = useRef<{ id: string; reason: string } | null>(null)
  const write = useWrite(
    () => {
      // A retry of the same deletion keeps its key; another reason is another request.
      if (key.current?.reason !== reason) key.current = { id: crypto.randomUUID(), reason }
      return request('deleteStore', {
        params: { name: store.name },
        query: reason.trim() === '' ? {} : { reason: reason.trim() },
        idempotencyKey: key.current.id,
      })
    },
    () => {
      confirm(`${store.name} is deleted`)
      onClose()
      void queryClient.invalidateQueries()
    },
  )
  const wrong = typed === store.name ? null : `Type ${store.name} to confirm.`
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (wrong === null && refusal === null) void write.start()
  }
  return (
    <form onSubmit={submit} className="mt-4 grid gap-3">
      <Field
        id="delete-name"
        label="Type the store’s name"
        required
        hint={
          <span className="inline-flex items-center gap-1">
            <code className="font-mono wrap-anywhere">{store.name}</code>
            <CopyButton text={store.name} label="Copy the name" />
          </span>
        }
      >
        <input
          id="delete-name"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          aria-describedby={describedBy('delete-name')}
          className={`${inputClass} font-mono`}
        />
      </Field>
      <Field id="delete-reason" label="Reason" hint="Goes into the commit.">
        <input
          id="delete-reason"
          value={reason}
          maxLength={200}
          onChange={(event) => setReason(event.target.value)}
          aria-describedby={describedBy('delete-reason')}
          className={inputClass}
        />
      </Field>
      <WriteState write={write} unknown="The store may be deleted" />
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>Keep the store</Button>
        <Button type="submit" look="danger" refusal={writeRefusal(write, refusal ?? wrong)}>
          Delete store
        </Button>
      </div>
    </form>
  )
}
