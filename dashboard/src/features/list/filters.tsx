import type { Store } from '@storewright/contract/store.ts'
import { type Phase, phases } from '@storewright/contract/words.ts'
import { LayoutGrid, Search, Table2, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { ListSearch } from '../../search.ts'
import { phaseLabel } from '../../strings.ts'
import { Button } from '../../ui/button.tsx'
import { Choice } from '../../ui/choice.tsx'
import { inputClass } from '../../ui/field.tsx'
import { useNow } from '../../ui/time.tsx'
import { facetCounts, isFiltered } from './selection.ts'
import { viewOf } from './view.ts'

export interface FiltersProps {
  readonly stores: readonly Store[]
  readonly search: ListSearch
  /** Number of matching stores. */
  readonly shown: number
  readonly onChange: (search: ListSearch) => void
}

/** All filters are in the URL. The counts of a filter ignore that filter. */
export function Filters({ stores, search, shown, onChange }: FiltersProps) {
  const now = useNow(30_000)
  const phaseCounts = facetCounts(stores, 'phase', search, now)
  const planCounts = facetCounts(stores, 'plan', search, now)
  const deleted = stores.filter(({ deletedAt }) => deletedAt !== null).length
  const { phase: _phase, ...withoutPhase } = search
  const { plan: _plan, ...withoutPlan } = search
  const { deleted: _deleted, ...withoutDeleted } = search
  return (
    <div role="search" className="flex flex-wrap items-center gap-2">
      <TextFilter search={search} onChange={onChange} />
      <Choice
        label="Phase"
        value={search.phase}
        options={phases
          .filter((phase) => phaseCounts.has(phase))
          .map((phase) => [phase, `${phaseLabel[phase]} (${phaseCounts.get(phase)})`])}
        onChange={(phase) =>
          onChange(phase === '' ? withoutPhase : { ...search, phase: phase as Phase })
        }
      />
      <Choice
        label="Plan"
        value={search.plan}
        options={[...planCounts].sort().map(([plan, count]) => [plan, `${plan} (${count})`])}
        onChange={(plan) => onChange(plan === '' ? withoutPlan : { ...search, plan })}
      />
      {(deleted > 0 || search.deleted !== undefined) && (
        <label className="inline-flex h-8 items-center gap-1.5">
          <input
            type="checkbox"
            checked={search.deleted === 'include'}
            onChange={(event) =>
              onChange(event.target.checked ? { ...search, deleted: 'include' } : withoutDeleted)
            }
            className="size-4 accent-accent"
          />
          Deleted ({deleted})
        </label>
      )}
      {isFiltered(search) && (
        <Button
          look="quiet"
          icon={<X aria-hidden size={14} />}
          onClick={() => onChange(search.view === undefined ? {} : { view: search.view })}
        >
          Clear filters
        </Button>
      )}
      <p role="status" className="text-sm text-muted tabular-nums">
        {isFiltered(search) ? `${shown} shown` : ''}
      </p>
      <ViewChoice total={stores.length} search={search} onChange={onChange} />
    </div>
  )
}

interface PartProps {
  readonly search: ListSearch
  readonly onChange: (search: ListSearch) => void
}

/** Typed text is applied to the URL with a delay, so that typing does not wait for the router. */
function TextFilter({ search, onChange }: PartProps) {
  const [text, setText] = useState(search.q ?? '')
  const [sent, setSent] = useState(search.q ?? '')
  // Back, forward and "Clear filters" change the URL from outside.
  if ((search.q ?? '') !== sent) {
    setSent(search.q ?? '')
    setText(search.q ?? '')
  }
  useEffect(() => {
    if (text === sent) return
    const timer = setTimeout(() => {
      setSent(text)
      const { q: _q, ...others } = search
      onChange(text === '' ? others : { ...others, q: text })
    }, 150)
    return () => clearTimeout(timer)
  }, [text, sent, search, onChange])
  return (
    <div className="relative min-w-0 grow sm:max-w-72">
      <Search aria-hidden size={15} className="absolute top-2 left-2.5 text-muted" />
      <input
        id="store-search"
        type="search"
        value={text}
        maxLength={64}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
        placeholder="Search name, host, title, owner"
        aria-label="Search stores"
        aria-keyshortcuts="/"
        className={`${inputClass} pl-8`}
      />
    </div>
  )
}

function ViewChoice({ total, search, onChange }: PartProps & { readonly total: number }) {
  const view = viewOf(total, search)
  const next = view === 'table' ? 'cards' : 'table'
  const Icon = view === 'table' ? LayoutGrid : Table2
  if (total > 24) return null
  return (
    <Button
      look="quiet"
      icon={<Icon aria-hidden size={15} />}
      onClick={() => onChange({ ...search, view: next })}
      className="ml-auto max-sm:hidden"
    >
      {next === 'cards' ? 'Cards' : 'Table'}
    </Button>
  )
}
