import { useInfiniteQuery } from '@tanstack/react-query'
import { auditQuery } from '../../api/queries.ts'
import { type ActivitySearch, auditFilters } from '../../search.ts'
import { Button } from '../../ui/button.tsx'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { ActivityFilters, isFiltered } from './activity-filters.tsx'
import { ActivityRow } from './activity-row.tsx'

export interface ChangesViewProps {
  readonly search: ActivitySearch
  readonly onChange: (search: ActivitySearch) => void
}

/** All changes of all stores and of the platform, from the history of the stores repo. */
export function ChangesView({ search, onChange }: ChangesViewProps) {
  const history = useInfiniteQuery(auditQuery(auditFilters(search)))
  const changes = history.data?.pages.flatMap(({ reply }) => reply)
  return (
    <div className="grid gap-3">
      <ActivityFilters search={search} onChange={onChange} />
      {history.error !== null && (
        <FailurePanel error={history.error} onRetry={() => void history.refetch()} />
      )}
      {changes === undefined && history.error === null && (
        <Skeleton rows={6} label="Loading activity" />
      )}
      {changes?.length === 0 && history.error === null && (
        <Empty filtered={isFiltered(search)} onClear={() => onChange({})} />
      )}
      {changes !== undefined && changes.length > 0 && (
        <ol className="rounded-md border border-line" aria-label="Changes, newest first">
          {changes.map((change) => (
            <ActivityRow key={change.commit} change={change} />
          ))}
        </ol>
      )}
      {history.hasNextPage && (
        <Button
          onClick={() => void history.fetchNextPage()}
          refusal={history.isFetchingNextPage ? 'Loading.' : null}
          className="justify-self-start"
        >
          Show older changes
        </Button>
      )}
    </div>
  )
}

interface EmptyProps {
  readonly filtered: boolean
  readonly onClear: () => void
}

function Empty({ filtered, onClear }: EmptyProps) {
  return (
    <section className="rounded-md border border-line px-4 py-10 text-center">
      <h2 className="font-semibold">
        {filtered ? 'No change matches these filters' : 'Nothing was changed yet'}
      </h2>
      <p className="mt-1 text-muted">
        {filtered
          ? 'The whole history was looked through.'
          : 'The first store that is created shows up here, with who asked for it and its commit.'}
      </p>
      {filtered && (
        <Button onClick={onClear} className="mt-3">
          Clear filters
        </Button>
      )}
    </section>
  )
}
