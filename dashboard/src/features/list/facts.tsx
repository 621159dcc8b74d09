import type { Store } from '@storewright/contract/store.ts'
import { Clock, FilePen } from 'lucide-react'
import { actionLabel } from '../../strings.ts'
import { Ago, clockOf } from '../../ui/time.tsx'

/** For example `Created · local · 3m ago`, with the state of the change unless it is live. */
export function ChangeText({ store: { change } }: { readonly store: Store }) {
  return (
    <span>
      {actionLabel(change.action)}
      {change.state !== 'Live' && <span className="text-muted"> ({change.state})</span>}
      <span className="text-sm text-muted">
        {' '}
        · <span className="wrap-anywhere">{change.by}</span> · <Ago at={change.at} />
      </span>
    </span>
  )
}

/** Unusual facts about a store, next to its state. */
export function Flags({ store }: { readonly store: Store }) {
  return (
    <>
      {store.modified && (
        <span
          className="ml-2 inline-flex items-center gap-1 text-sm font-normal text-warn"
          title="Rendered files were edited by hand"
        >
          <FilePen aria-hidden size={13} />
          modified
        </span>
      )}
      {store.stale && (
        <span className="ml-2 inline-flex items-center gap-1 text-sm font-normal text-muted">
          <Clock aria-hidden size={13} />
          as of {clockOf(store.asOf)}
        </span>
      )}
    </>
  )
}
