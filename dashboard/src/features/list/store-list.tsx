import type { Store } from '@storewright/contract/store.ts'
import type { ListSearch } from '../../search.ts'
import { Button } from '../../ui/button.tsx'
import { useSteadyOrder } from './steady-order.ts'
import { StoreCards } from './store-cards.tsx'
import { StoreTable } from './store-table.tsx'
import { useNarrow, viewOf } from './view.ts'

/**
 * Number of rows rendered at once. More are added on demand, so that a large fleet does not slow
 * down the page.
 */
const PAGE = 200

export interface StoreListProps {
  /** Sorted. */
  readonly stores: readonly Store[]
  /** Number of stores of the whole platform, ignoring filters. */
  readonly total: number
  readonly search: ListSearch
  readonly onMore: (rows: number) => void
}

export function StoreList({ stores, total, search, onMore }: StoreListProps) {
  const narrow = useNarrow()
  const limit = search.rows ?? PAGE
  const steady = useSteadyOrder(stores)
  const shown = steady.stores.slice(0, limit)
  const cards = narrow || viewOf(total, search) === 'cards'
  return (
    <div className="grid gap-3" {...steady.handlers}>
      {steady.moved > 0 && (
        <div>
          <Button onClick={steady.apply}>
            {steady.moved === 1 ? '1 store changed place' : `${steady.moved} stores changed place`},
            sort again
          </Button>
        </div>
      )}
      {cards ? <StoreCards stores={shown} /> : <StoreTable stores={shown} />}
      {stores.length > limit && (
        <div>
          <Button onClick={() => onMore(limit + PAGE)}>
            Show {Math.min(PAGE, stores.length - limit)} more of {stores.length}
          </Button>
        </div>
      )}
    </div>
  )
}
