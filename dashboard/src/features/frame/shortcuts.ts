import { useNavigate, useRouter } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'

/** Maximum time between `g` and its second key. */
const CHORD_MS = 1200

/** Pages with a text field that gets all keys, from the start of the navigation. */
const TYPING_PAGES = ['/new']

/**
 * `/` search, `c` create, `g s` stores, `g a` activity, `?` help. Disabled in a field, in a dialog,
 * with a modifier key and on typing pages.
 */
export function useShortcuts(onHelp: () => void): void {
  const navigate = useNavigate()
  const router = useRouter()
  const help = useRef(onHelp)
  help.current = onHelp
  useEffect(() => {
    let goPressedAt = 0
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isBusy(event)) return
      if (TYPING_PAGES.includes(router.latestLocation.pathname)) return
      const chord = event.timeStamp - goPressedAt < CHORD_MS
      goPressedAt = 0
      const act = actionOf(event.key, chord)
      if (act === null) return
      if (act === 'go') {
        goPressedAt = event.timeStamp
        return
      }
      event.preventDefault()
      if (act === 'help') help.current()
      else if (act === 'create') void navigate({ to: '/new' })
      else if (act === 'activity') void navigate({ to: '/activity' })
      else if (act === 'stores') void navigate({ to: '/stores' })
      else void navigate({ to: '/stores' }).then(focusSearch)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [navigate, router])
}

type Action = 'go' | 'help' | 'create' | 'stores' | 'activity' | 'search'

function actionOf(key: string, chord: boolean): Action | null {
  if (chord && key === 's') return 'stores'
  if (chord && key === 'a') return 'activity'
  switch (key) {
    case 'g':
      return 'go'
    case '?':
      return 'help'
    case 'c':
      return 'create'
    case '/':
      return 'search'
    default:
      return null
  }
}

/** True while typing, with a modifier key or in a dialog. */
function isBusy(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true
  const target = event.target instanceof HTMLElement ? event.target : null
  return (
    target?.closest('input, textarea, select, [contenteditable], [role="dialog"]') !== null &&
    target !== null
  )
}

function focusSearch(): void {
  requestAnimationFrame(() => document.getElementById('store-search')?.focus())
}
