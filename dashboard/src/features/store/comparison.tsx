import type { Change, Store } from '@storewright/contract/store.ts'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { ArrowLeftRight, GitCompareArrows, X } from 'lucide-react'
import { useEffect, useId, useRef } from 'react'
import { actionLabel } from '../../strings.ts'
import { Button } from '../../ui/button.tsx'
import { inputClass } from '../../ui/field.tsx'
import { Difference } from './difference.tsx'

/** Sets the commits of the comparison in the URL. `null` closes it. */
function useCompare() {
  const navigate = useNavigate({ from: '/stores/$name' })
  return (pair: { readonly from: string; readonly to?: string } | null) =>
    void navigate({
      search: ({ from: _from, to: _to, ...others }) => ({ ...others, ...pair }),
      replace: true,
      resetScroll: false,
    })
}

/** Starts with the two newest commits. Hidden if there is only one. */
export function CompareButton({ changes }: { readonly changes: readonly Change[] }) {
  const compare = useCompare()
  const [newest, before] = changes
  if (newest === undefined || before === undefined) return null
  return (
    <Button
      icon={<GitCompareArrows aria-hidden size={15} />}
      onClick={() => compare({ from: before.commit, to: newest.commit })}
      className="mb-3"
    >
      Compare versions
    </Button>
  )
}

export interface ComparisonProps {
  readonly store: Store
  /** Loaded changes. Both commits may be older. */
  readonly changes: readonly Change[]
  readonly from: string
}

/** Changes between any two versions of the store. */
export function Comparison({ store, changes, from }: ComparisonProps) {
  const { to = changes[0]?.commit ?? store.revision } = useSearch({ from: '/stores/$name' })
  const compare = useCompare()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const id = useId()
  return (
    <section aria-labelledby={id} className="mb-4 min-w-0 rounded-md border border-line p-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 id={id} ref={heading} tabIndex={-1} className="font-semibold">
          Compare versions
        </h2>
        <Button
          look="quiet"
          icon={<X aria-hidden size={14} />}
          onClick={() => compare(null)}
          className="-my-1"
        >
          Close
        </Button>
      </div>
      <div className="mt-2 grid items-end gap-2 sm:grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)]">
        <Version
          label="From"
          value={from}
          changes={changes}
          onChange={(commit) => compare({ from: commit, to })}
        />
        <Button
          look="quiet"
          icon={<ArrowLeftRight aria-hidden size={15} />}
          onClick={() => compare({ from: to, to: from })}
          className="justify-self-start"
        >
          Swap
        </Button>
        <Version
          label="To"
          value={to}
          changes={changes}
          onChange={(commit) => compare({ from, to: commit })}
        />
      </div>
      {from === to ? (
        <p className="mt-3 text-muted">Both are the same version.</p>
      ) : (
        <Difference store={store} from={from} to={to} label="What lies between the two versions" />
      )}
    </section>
  )
}

interface VersionProps {
  readonly label: string
  readonly value: string
  readonly changes: readonly Change[]
  readonly onChange: (commit: string) => void
}

const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

function Version({ label, value, changes, onChange }: VersionProps) {
  const id = useId()
  const known = changes.some(({ commit }) => commit === value)
  return (
    <div className="grid min-w-0 gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={inputClass}
      >
        {!known && <option value={value}>{value.slice(0, 10)}</option>}
        {changes.map(({ commit, at, action }) => (
          <option key={commit} value={commit}>
            {`${commit.slice(0, 10)} · ${actionLabel(action)} · ${when.format(new Date(at))}`}
          </option>
        ))}
      </select>
    </div>
  )
}
