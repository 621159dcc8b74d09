import type { Store } from '@storewright/contract/store.ts'
import { GitCompareArrows } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { actionLabel } from '../../strings.ts'
import { Button } from '../../ui/button.tsx'
import { Ago } from '../../ui/time.tsx'
import { differing, type Edit, type EditKey, labelOf, shown } from './edit.ts'

export interface EditConflictProps {
  /** True if the server refused the change, false if the page noticed the conflict first. */
  readonly refused: boolean
  readonly base: Edit
  readonly store: Store
  /** Current declaration of the store. */
  readonly theirs: Edit
  readonly fields: Edit
  /** Members changed in this form. */
  readonly mine: readonly EditKey[]
  readonly onKeep: () => void
  readonly onDiscard: () => void
}

/** Shows another change made during editing next to this one. Typed values are kept. */
export function EditConflict(props: EditConflictProps) {
  const { refused, base, store, theirs: now, fields, mine, onKeep, onDiscard } = props
  const box = useRef<HTMLElement>(null)
  useEffect(() => {
    box.current?.scrollIntoView({ block: 'center' })
  }, [])
  const theirs = differing(now, base)
  const rows = [...new Set([...theirs, ...mine])]
  return (
    <section ref={box} role="alert" className="rounded-md border border-warn p-3">
      <h3 className="flex items-start gap-2 font-semibold">
        <GitCompareArrows aria-hidden size={16} className="mt-0.5 shrink-0 text-warn" />
        This store was changed while you edited it
      </h3>
      <p className="mt-1 text-muted">
        {actionLabel(store.change.action)} by {store.change.by} <Ago at={store.change.at} />.{' '}
        {refused ? 'Your changes were not saved. They are kept here.' : 'Your changes are kept.'}
      </p>
      {rows.length > 0 && (
        <table className="mt-2 w-full border-collapse text-left [&_td]:py-1 [&_td]:pr-3 [&_td]:align-top [&_td]:wrap-anywhere [&_th]:py-1 [&_th]:pr-3 [&_th]:align-top [&_th]:font-medium">
          <thead className="text-sm text-muted">
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Was</th>
              <th scope="col">Is now</th>
              <th scope="col">Yours</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((key) => (
              <tr key={key} className="border-t border-line">
                <th scope="row">{labelOf(key)}</th>
                <td className="text-muted">{shown(base, key)}</td>
                <td className={theirs.includes(key) ? 'font-medium' : ''}>{shown(now, key)}</td>
                <td>{mine.includes(key) ? shown(fields, key) : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {theirs.length === 0 && (
        <p className="mt-2">It changed no field of this form. See the tab Changes.</p>
      )}
      <div className="mt-3 flex flex-wrap gap-2">
        <Button onClick={onKeep}>Keep my changes and save over theirs</Button>
        <Button look="quiet" onClick={onDiscard}>
          Discard my changes
        </Button>
      </div>
    </section>
  )
}
