import { changeStates } from '@storewright/contract/words.ts'
import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { operationsOfQuery } from '../../api/queries.ts'
import type { ActivitySearch } from '../../search.ts'
import { changeStateLabel } from '../../strings.ts'
import { Button } from '../../ui/button.tsx'
import { Choice } from '../../ui/choice.tsx'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Exact } from './exact.tsx'
import { OperationItem } from './operation-item.tsx'

const LIMIT = 100

export interface OperationsViewProps {
  readonly search: ActivitySearch
  readonly onChange: (search: ActivitySearch) => void
}

/** Requests of the last 25 hours with their state, newest first, updated live. */
export function OperationsView({ search, onChange }: OperationsViewProps) {
  const { store, state } = search
  const filtered = store !== undefined || state !== undefined
  const operations = useQuery(
    operationsOfQuery({
      ...(store === undefined ? {} : { store }),
      ...(state === undefined ? {} : { state }),
      limit: String(LIMIT),
    }),
  )
  const set = (filter: 'store' | 'state', value: string) => {
    const { [filter]: _before, ...others } = search
    onChange(value === '' ? others : ({ ...others, [filter]: value } as ActivitySearch))
  }
  const { data, error, refetch } = operations
  return (
    <div className="grid gap-3">
      <div
        role="search"
        aria-label="Filter operations"
        className="grid grid-cols-2 gap-2 sm:flex sm:flex-wrap sm:items-center"
      >
        <Exact label="Store" value={store} onChange={(value) => set('store', value)} />
        <Choice
          label="State"
          value={state}
          options={changeStates.map((each) => [each, changeStateLabel[each]])}
          onChange={(value) => set('state', value)}
        />
        {filtered && (
          <Button
            look="quiet"
            icon={<X aria-hidden size={14} />}
            onClick={() => onChange({ tab: 'operations' })}
          >
            Clear filters
          </Button>
        )}
      </div>
      {error !== null && <FailurePanel error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton rows={6} label="Loading operations" />}
      {data?.length === 0 && (
        <section className="rounded-md border border-line px-4 py-10 text-center">
          <h2 className="font-semibold">
            {filtered ? 'No operation matches these filters' : 'Nothing was asked for lately'}
          </h2>
          <p className="mt-1 text-muted">
            Requests are kept for 25 hours; Changes holds what they committed, of any age.
          </p>
        </section>
      )}
      {data !== undefined && data.length > 0 && (
        <ol className="rounded-md border border-line" aria-label="Operations, newest first">
          {data.map((operation) => (
            <OperationItem key={operation.id} operation={operation} linked />
          ))}
        </ol>
      )}
      {data?.length === LIMIT && (
        <p className="text-sm text-muted">
          The newest {LIMIT}; filter by store or state to find others of the last 25 hours.
        </p>
      )}
    </div>
  )
}
