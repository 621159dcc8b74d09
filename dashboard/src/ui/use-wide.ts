import { useSyncExternalStore } from 'react'

/** Breakpoint `md` of style.css, from which two columns of text fit. */
const WIDE = '(min-width: 900px)'

function subscribe(listener: () => void): () => void {
  const query = matchMedia(WIDE)
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

/** Returns whether the window is wide enough for two columns of text. */
export function useWide(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(WIDE).matches)
}
