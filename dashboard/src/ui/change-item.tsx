import type { Change } from '@storewright/contract/store.ts'
import { GitCommitHorizontal } from 'lucide-react'
import type { ReactNode } from 'react'
import { actionLabel, resultLabel, sourceLabel } from '../strings.ts'
import { classes } from './classes.ts'
import { CopyButton } from './copy.tsx'
import { Ago } from './time.tsx'

export interface ChangeItemProps {
  readonly change: Change
  /** Subject of the change, in lists with more than one store. */
  readonly about?: ReactNode
  /** Link to the requester. Defaults to the plain name. */
  readonly by?: ReactNode
  /** Link to the commit. Defaults to the short id. */
  readonly commit?: ReactNode
  readonly actions?: ReactNode
  /** The item is selected by the URL. */
  readonly chosen?: boolean
  readonly children?: ReactNode
}

/** One change: action, store, requester, source, time, reason and result. */
export function ChangeItem(props: ChangeItemProps) {
  const { change, about, by, commit, actions, chosen, children } = props
  const short = change.commit.slice(0, 10)
  return (
    <li
      aria-current={chosen === true ? 'true' : undefined}
      className={classes(
        'grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-3 border-t border-line px-4 py-3 first:border-t-0',
        chosen === true && 'bg-raised',
      )}
    >
      <GitCommitHorizontal aria-hidden size={18} className="mt-0.5 text-muted" />
      <div className="min-w-0">
        <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1">
          <p className="flex min-w-0 flex-wrap items-baseline gap-x-2">
            <span className="font-medium">{actionLabel(change.action)}</span>
            {about}
            <span className="text-muted">
              {change.requestedBy !== null && <>by {by ?? change.requestedBy} </>}
              through {sourceLabel(change.source)} · <Ago at={change.at} />
            </span>
          </p>
          {actions !== undefined && (
            <div className="-my-1 flex flex-wrap gap-1 max-sm:-ml-3">{actions}</div>
          )}
        </div>
        <p className="wrap-anywhere">{change.summary}</p>
        {change.reason !== null && (
          <p className="text-muted wrap-anywhere">Reason: {change.reason}</p>
        )}
        <p className="mt-0.5 flex flex-wrap items-center gap-x-3 text-sm text-muted">
          <span className="inline-flex items-center gap-1">
            Commit {commit ?? <code className="font-mono">{short}</code>}
            <CopyButton text={change.commit} label={`Copy commit ${short}`} />
          </span>
          {change.requestId !== null && (
            <span>
              Request <code className="font-mono wrap-anywhere">{change.requestId}</code>
            </span>
          )}
          {change.result !== null && <span>{resultLabel(change.result)}</span>}
          {change.reverts !== null && (
            <span>
              Reverts <code className="font-mono">{change.reverts.slice(0, 10)}</code>
            </span>
          )}
          {change.revertedBy !== null && (
            <span>
              Reverted by <code className="font-mono">{change.revertedBy.slice(0, 10)}</code>
            </span>
          )}
        </p>
        {children}
      </div>
    </li>
  )
}
