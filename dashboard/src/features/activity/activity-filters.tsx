import {
  actions,
  changeResults,
  changeSources,
  type ChangeResult,
  type ChangeSource,
} from '@storewright/contract/words.ts'
import { X } from 'lucide-react'
import { type ActivityFilter, activityFilters, type ActivitySearch } from '../../search.ts'
import { actionLabel, resultLabel, sourceLabel } from '../../strings.ts'
import { Button } from '../../ui/button.tsx'
import { Choice } from '../../ui/choice.tsx'
import { Exact } from './exact.tsx'

export interface ActivityFiltersProps {
  readonly search: ActivitySearch
  readonly onChange: (search: ActivitySearch) => void
}

const DAY_MS = 86_400_000
const spans = [
  [1, 'Last 24 hours'],
  [7, 'Last 7 days'],
  [30, 'Last 30 days'],
] as const

export function isFiltered(search: ActivitySearch): boolean {
  return activityFilters.some((filter) => search[filter] !== undefined)
}

/** Filters that a change must all match. They are in the URL, so that a view can be shared. */
export function ActivityFilters({ search, onChange }: ActivityFiltersProps) {
  const set = (filter: ActivityFilter, value: string) => {
    const { [filter]: _before, ...others } = search
    onChange(value === '' ? others : { ...others, [filter]: value })
  }
  const since = spans.find(([days]) => search.since?.startsWith(dayBefore(days)))?.[0]
  return (
    <div
      role="search"
      aria-label="Filter changes"
      className="grid grid-cols-2 gap-2 sm:flex sm:flex-wrap sm:items-center"
    >
      <Exact label="Store" value={search.store} onChange={(value) => set('store', value)} />
      <Exact label="Who" value={search.by} onChange={(value) => set('by', value)} />
      <Choice
        label="Action"
        value={search.action}
        options={[...actions, 'git'].map((action) => [action, actionLabel(action)])}
        onChange={(value) => set('action', value)}
      />
      <Choice
        label="Through"
        value={search.source}
        options={changeSources.map((source: ChangeSource) => [source, sourceLabel(source)])}
        onChange={(value) => set('source', value)}
      />
      <Choice
        label="Result"
        value={search.result}
        options={changeResults.map((result: ChangeResult) => [result, resultLabel(result)])}
        onChange={(value) => set('result', value)}
      />
      <Choice
        label="Time"
        value={since === undefined ? search.since : String(since)}
        options={[
          ...spans.map(([days, words]) => [String(days), words] as const),
          ...(search.since !== undefined && since === undefined
            ? [[search.since, `Since ${search.since.slice(0, 10)}`] as const]
            : []),
        ]}
        onChange={(days) => set('since', days === '' ? '' : `${dayBefore(Number(days))}T00:00:00Z`)}
      />
      {isFiltered(search) && (
        <Button look="quiet" icon={<X aria-hidden size={14} />} onClick={() => onChange({})}>
          Clear filters
        </Button>
      )}
    </div>
  )
}

/** Rounded to whole days, so that the URL of a view stays the same for a day. */
function dayBefore(days: number): string {
  return new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10)
}
