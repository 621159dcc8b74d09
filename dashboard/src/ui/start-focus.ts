/** Spread on the first field of a page whose purpose is to be filled in: the page then starts there. */
export const startField = { 'data-start': '' } as const

/**
 * Moves the focus to where a page starts: its start field, else its heading. Scrolls nothing, so that a page which is
 * returned to keeps its scroll position.
 */
export function focusStart(): void {
  const main = document.getElementById('main')
  const start =
    main?.querySelector<HTMLElement>('[data-start]') ?? main?.querySelector<HTMLElement>('h1')
  start?.focus({ preventScroll: true })
}

/** True while no control has the focus: moving it interrupts nothing. */
export function isFocusIdle(): boolean {
  const active = document.activeElement
  return active === null || active === document.body || active.matches('main, h1')
}
