import type { Store } from '@storewright/contract/store.ts'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Columns2, Rows2 } from 'lucide-react'
import { diffQuery } from '../../api/queries.ts'
import { Button } from '../../ui/button.tsx'
import { diffCounts, DiffView } from '../../ui/diff-view.tsx'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useWide } from '../../ui/use-wide.ts'

export interface DifferenceProps {
  readonly store: Store
  readonly to: string
  /** Defaults to the commit before `to`. */
  readonly from?: string
  readonly label: string
}

/**
 * Diff between two commits, in two columns if they fit and are not switched off, or else in one.
 */
export function Difference({ store, to, from, label }: DifferenceProps) {
  const { data, error, refetch } = useQuery(diffQuery(store.name, to, from))
  const { diff: view } = useSearch({ from: '/stores/$name' })
  const navigate = useNavigate({ from: '/stores/$name' })
  const wide = useWide()
  const split = wide && view !== 'unified'
  const change = () =>
    void navigate({
      search: ({ diff: _diff, ...others }) => (split ? { ...others, diff: 'unified' } : others),
      replace: true,
      resetScroll: false,
    })
  return (
    <div className="mt-3">
      {error !== null && <FailurePanel error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton rows={2} label="Loading the difference" />}
      {data !== undefined && (
        <>
          <div className="mb-1.5 flex min-h-8 flex-wrap items-center justify-between gap-2">
            <p className="text-sm text-muted tabular-nums">{diffCounts(data)}</p>
            {wide && data.files.length > 0 && (
              <Button
                look="quiet"
                icon={split ? <Rows2 aria-hidden size={14} /> : <Columns2 aria-hidden size={14} />}
                onClick={change}
              >
                {split ? 'In one column' : 'Side by side'}
              </Button>
            )}
          </div>
          <DiffView diff={data} label={label} split={split} />
        </>
      )}
    </div>
  )
}
