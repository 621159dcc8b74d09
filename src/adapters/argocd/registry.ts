import type { Application } from '../../domain/status/application.ts'

/** Digests by Application name, filled by lists and events. Notifies listeners of changed names. */
export interface Registry {
  get(name: string): Application | null
  readonly size: number
  /** Adds or replaces one digest. */
  put(application: Application): void
  remove(name: string): void
  /** Adds a page of a new list; `first` starts the list. */
  page(applications: readonly Application[], first: boolean): void
  /** Completes the list. Applications that it lacks are removed. */
  listed(): void
  /** Calls `listener` synchronously with changed names. Returns a function that unsubscribes. */
  onChanged(listener: (names: readonly string[]) => void): () => void
  /** Notifies listeners that all entries may have changed. */
  touch(): void
}

/**
 * If Argo CD reports no time of the last health change, the time at which it was first observed is
 * used.
 * @param now milliseconds since the Unix epoch
 */
export function openRegistry(now: () => number): Registry {
  let known = new Map<string, Application>()
  let next: Map<string, Application> | null = null
  const listeners = new Set<(names: readonly string[]) => void>()
  const tell = (names: readonly string[]) => {
    if (names.length > 0) for (const listener of listeners) listener(names)
  }
  const settled = (application: Application): Application => {
    if (application.healthSince !== null || application.health === '') return application
    const before = known.get(application.name)
    const same = before?.health === application.health ? before.healthSince : null
    return { ...application, healthSince: same ?? new Date(now()).toISOString() }
  }
  return {
    get: (name) => known.get(name) ?? null,
    get size() {
      return known.size
    },
    put(application) {
      known.set(application.name, settled(application))
      tell([application.name])
    },
    remove(name) {
      if (known.delete(name)) tell([name])
    },
    page(applications, first) {
      if (first) next = new Map()
      for (const application of applications) next?.set(application.name, settled(application))
    },
    listed() {
      const before = known
      known = next ?? known
      next = null
      tell([...new Set([...before.keys(), ...known.keys()])])
    },
    onChanged(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    touch: () => tell([...known.keys()]),
  }
}
