import { ExternalLink, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Store } from '../../../../src/contract/store.ts'
import { simulatedReason } from '../../strings.ts'
import { Button, buttonClass } from '../../ui/button.tsx'
import { useWriteRefusal } from '../../ui/writes.ts'
import { DeleteDialog } from './delete-dialog.tsx'

export function StoreActions({ store }: { readonly store: Store }) {
  const [deleting, setDeleting] = useState(false)
  const refusal = useWriteRefusal()
  const deleted = store.deletedAt !== null
  return (
    <>
      {!deleted && (
        <>
          <OpenLink store={store} url={store.links.site} label="Open store" primary />
          <OpenLink store={store} url={store.adminUrl} label="Open wp-admin" />
        </>
      )}
      {!deleted && (
        <Button
          icon={<Trash2 aria-hidden size={15} />}
          refusal={refusal}
          onClick={() => setDeleting(true)}
        >
          Delete
        </Button>
      )}
      <DeleteDialog store={store} open={deleting} onOpenChange={setDeleting} />
    </>
  )
}

interface OpenLinkProps {
  readonly store: Store
  readonly url: string
  readonly label: string
  readonly primary?: boolean
}

/** A link to the shop, or a button that says why there is nothing to open. */
function OpenLink({ store, url, label, primary }: OpenLinkProps) {
  const look = primary === true ? 'primary' : 'secondary'
  const icon = <ExternalLink aria-hidden size={15} />
  const refusal = store.simulated
    ? simulatedReason
    : store.url === ''
      ? 'It was never Ready: nothing answers there yet.'
      : null
  if (refusal !== null) {
    return (
      <Button look={look} icon={icon} refusal={refusal}>
        {label}
      </Button>
    )
  }
  return (
    <a href={url} target="_blank" rel="noreferrer" className={buttonClass(look)}>
      {icon}
      {label}
    </a>
  )
}
