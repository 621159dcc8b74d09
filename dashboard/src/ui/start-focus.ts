/** Marks the first field of a form page. The page then starts with the focus there. */
export const startField = { 'data-start': '' } as const

/**
 * Moves the focus to the start field of the page, or else to its heading. Does not scroll, so that
 * a page keeps its scroll position when the user returns to it.
 */
export function focusStart(): void {
  const main = document.getElementById('main')
  const start =
    main?.querySelector<HTMLElement>('[data-start]') ?? main?.querySelector<HTMLElement>('h1')
  start?.focus({ preventScroll: true })
}

/** True while no control has the focus, so that moving it interrupts nothing. */
export function isFocusIdle(): boolean {
  const active = document.activeElement
  return active === null || active === document.body || active.matches('main, h1')
}
