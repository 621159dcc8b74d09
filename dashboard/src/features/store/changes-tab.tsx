import { useInfiniteQuery } from '@tanstack/react-query'
import { GitCommitHorizontal } from 'lucide-react'
import { historyQuery } from '../../api/queries.ts'
import type { Change, Store } from '../../../../src/contract/store.ts'
import { actionLabel, sourceLabel } from '../../strings.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Ago } from '../../ui/time.tsx'

/** Every commit of the store's folder, newest first. */
export function ChangesTab({ store }: { readonly store: Store }) {
  const history = useInfiniteQuery(historyQuery(store.name, store.revision))
  if (history.error !== null) {
    return <FailurePanel error={history.error} onRetry={() => void history.refetch()} />
  }
  if (history.data === undefined) return <Skeleton rows={3} label="Loading changes" />
  const changes = history.data.pages.flatMap(({ reply }) => reply)
  return (
    <>
      <ol className="rounded-md border border-line" aria-label="Changes, newest first">
        {changes.map((change) => (
          <ChangeRow key={change.commit} change={change} />
        ))}
      </ol>
      {history.hasNextPage && (
        <Button onClick={() => void history.fetchNextPage()} className="mt-3">
          Show older changes
        </Button>
      )}
    </>
  )
}

function ChangeRow({ change }: { readonly change: Change }) {
  return (
    <li className="grid grid-cols-[1.25rem_1fr] gap-x-3 border-t border-line px-4 py-3 first:border-t-0">
      <GitCommitHorizontal aria-hidden size={18} className="mt-0.5 text-muted" />
      <div className="min-w-0">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium">{actionLabel(change.action)}</span>
          <span className="text-muted">
            {change.requestedBy === null ? '' : `by ${change.requestedBy} `}
            through {sourceLabel(change.source)} · <Ago at={change.at} />
          </span>
        </p>
        <p className="wrap-anywhere">{change.summary}</p>
        {change.reason !== null && (
          <p className="text-muted wrap-anywhere">Reason: {change.reason}</p>
        )}
        <p className="mt-0.5 flex flex-wrap items-center gap-x-3 text-sm text-muted">
          <span className="inline-flex items-center gap-1">
            Commit <code className="font-mono">{change.commit.slice(0, 10)}</code>
            <CopyButton text={change.commit} label={`Copy commit ${change.commit.slice(0, 10)}`} />
          </span>
          {change.requestId !== null && (
            <span>
              Request <code className="font-mono wrap-anywhere">{change.requestId}</code>
            </span>
          )}
        </p>
      </div>
    </li>
  )
}
