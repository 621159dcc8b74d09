import { useSyncExternalStore } from 'react'
import type { ListSearch } from '../../search.ts'

const FEW = 3
const CARDS_UP_TO = 24

/** Cards for a handful of stores, a table for more; the URL can choose otherwise up to 24 stores. */
export function viewOf(total: number, { view }: ListSearch): 'table' | 'cards' {
  if (total > CARDS_UP_TO) return 'table'
  return view ?? (total <= FEW ? 'cards' : 'table')
}

const narrow = '(max-width: 899px)'

/** A table does not fit below 900 px: rows become cards, whatever was chosen. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const query = matchMedia(narrow)
      query.addEventListener('change', changed)
      return () => query.removeEventListener('change', changed)
    },
    () => matchMedia(narrow).matches,
  )
}
