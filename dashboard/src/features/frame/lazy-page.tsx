import type { ComponentType, ReactNode } from 'react'

/** A page in its own chunk, usable as `component` of the router. */
export interface LazyPage {
  (): ReactNode
  /** Loads the chunk before the router shows the page. Rejects if that fails. */
  preload(): Promise<void>
}

const pages = new Set<LazyPage>()

/**
 * Unlike the router's `lazyRouteComponent`, a failed chunk never reloads the document. The error
 * component of the route gets the rejection, and the next navigation or retry loads the chunk
 * again.
 */
export function lazyPage(load: () => Promise<ComponentType>): LazyPage {
  let Loaded: ComponentType | null = null
  const Page = () => (Loaded === null ? null : <Loaded />)
  const lazy = Object.assign(Page, {
    preload: async () => {
      Loaded ??= await load()
    },
  })
  pages.add(lazy)
  return lazy
}

/** Loads every page once the browser is idle, so that navigation works while the server is down. */
export function preloadPagesWhenIdle(): void {
  whenIdle(() => {
    // A chunk that fails now is loaded again when its page opens.
    for (const page of pages) void page.preload().catch(() => undefined)
  })
}

/** Safari has no `requestIdleCallback`. */
function whenIdle(act: () => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(act, { timeout: 2000 })
  else setTimeout(act, 500)
}
