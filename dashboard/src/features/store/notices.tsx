import type { Store } from '@storewright/contract/store.ts'
import { FilePen, FileWarning, Hourglass } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { useWriteRefusal } from '../../ui/writes.ts'
import { DeletedNotice } from './deleted-notice.tsx'
import { DetachedNotice } from './detached-notice.tsx'
import { Notice } from './notice.tsx'
import { PurgeProgress } from './purge-progress.tsx'
import { useDialogs } from './store-dialogs.tsx'

/** Notices about unusual states of this store, with reason and remedy. */
export function Notices({ store }: { readonly store: Store }) {
  const open = useDialogs()
  const refusal = useWriteRefusal('stores:write', store.team)
  return (
    <>
      {store.lifecycle === 'purge' ? (
        <PurgeProgress store={store} />
      ) : (
        store.deletedAt !== null && <DeletedNotice store={store} />
      )}
      {store.modified && (
        <Notice icon={FilePen} tone="warn" title="Rendered files were edited by hand">
          <p>
            Argo CD applies them as they are. Changes through this page are refused until the
            manifests are regenerated or a change overwrites them. The edit stays in the history.
          </p>
          <Button refusal={refusal} onClick={() => open('render')} className="mt-2">
            Review and regenerate…
          </Button>
        </Notice>
      )}
      {store.reason === 'InvalidSpec' && (
        <Notice icon={FileWarning} tone="danger" title="store.yaml is not valid">
          <p className="wrap-anywhere">{store.message}</p>
          <p className="mt-1">
            <span className="font-medium">Next:</span> correct it in the stores repo and push, or
            undo the change that broke it (tab Changes).
          </p>
        </Notice>
      )}
      {store.reason === 'Queued' && (
        <Notice icon={Hourglass} tone="neutral" title="Queued">
          <p className="wrap-anywhere">{store.message}</p>
          <p className="mt-1 text-muted">
            It is committed and keeps its place in the queue. It starts automatically.
          </p>
        </Notice>
      )}
      {store.phase === 'Detached' && <DetachedNotice store={store} />}
    </>
  )
}
