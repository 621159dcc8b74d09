import type { Store } from '@storewright/contract/store.ts'
import { Link } from '@tanstack/react-router'
import {
  CircleCheck,
  CircleX,
  Clock,
  FilePen,
  FileWarning,
  Ghost,
  HeartCrack,
  type LucideIcon,
} from 'lucide-react'
import type { Attention, ListSearch } from '../../search.ts'
import { classes } from '../../ui/classes.ts'
import { type Tone, toneText } from '../../ui/state-words.tsx'
import { useNow } from '../../ui/time.tsx'
import { countAttention, isFiltered } from './selection.ts'

const appearances: Record<Attention, { icon: LucideIcon; tone: Tone; label: string }> = {
  failed: { icon: CircleX, tone: 'danger', label: 'failed' },
  degraded: { icon: HeartCrack, tone: 'danger', label: 'degraded' },
  missing: { icon: Ghost, tone: 'neutral', label: 'missing' },
  stuck: { icon: Clock, tone: 'warn', label: 'stuck for over 10 min' },
  invalid: { icon: FileWarning, tone: 'danger', label: 'with an invalid store.yaml' },
  modified: { icon: FilePen, tone: 'warn', label: 'edited by hand' },
}

export interface AttentionStripProps {
  readonly stores: readonly Store[]
  readonly search: ListSearch
  /** Number of stores that are not deleted. */
  readonly alive: number
  readonly maxStores?: number
  /** True if the server does not respond, so that the counts may be outdated. */
  readonly outdated: boolean
}

/** Shows one filter per reason why stores need attention, and the number of stores. */
export function AttentionStrip(props: AttentionStripProps) {
  const { stores, search, alive, maxStores, outdated } = props
  const counts = countAttention(stores, useNow(30_000))
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      {counts.length === 0 && alive > 0 && !outdated && (
        <p className="inline-flex items-center gap-1.5 text-muted">
          <CircleCheck aria-hidden size={15} className="text-ok" />
          Nothing needs attention
        </p>
      )}
      {counts.map(({ why, count }) => {
        const { icon: Icon, tone, label } = appearances[why]
        const chosen = search.attention === why
        const { attention: _attention, rows: _rows, ...others } = search
        const next = chosen ? others : { ...others, attention: why }
        return (
          <Link
            key={why}
            to="/stores"
            search={next}
            replace={isFiltered(next) === isFiltered(search)}
            aria-current={chosen ? 'true' : undefined}
            className={classes(
              'inline-flex h-7 items-center gap-1.5 rounded-full border px-2.5 hover:bg-hover',
              chosen ? 'border-accent' : 'border-line',
            )}
          >
            <Icon aria-hidden size={15} className={toneText[tone]} />
            <span>
              <span className="font-semibold tabular-nums">{count}</span> {label}
            </span>
          </Link>
        )
      })}
      <p className="ml-auto text-muted tabular-nums">
        {maxStores === undefined
          ? `${alive} ${alive === 1 ? 'store' : 'stores'}`
          : `${alive} of ${maxStores} stores`}
      </p>
    </div>
  )
}
