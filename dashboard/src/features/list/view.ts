import { useSyncExternalStore } from 'react'
import type { ListSearch } from '../../search.ts'

const FEW = 3
const CARDS_UP_TO = 24

/** Cards for a few stores, a table for more. The URL can override this up to 24 stores. */
export function viewOf(total: number, { view }: ListSearch): 'table' | 'cards' {
  if (total > CARDS_UP_TO) return 'table'
  return view ?? (total <= FEW ? 'cards' : 'table')
}

const narrow = '(max-width: 899px)'

/** A table does not fit below 900 px, so rows become cards regardless of the chosen view. */
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
