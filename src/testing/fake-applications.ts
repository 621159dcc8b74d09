import type { Applications } from '../domain/ports.ts'
import type { Application, ApplicationSetState } from '../domain/status/application.ts'

export interface FakeApplications extends Applications {
  /** Sets or removes the status of an Application and notifies listeners. */
  set(name: string, application: Application | null): void
  /** @param set default: every set without its own state */
  setApplicationSet(state: ApplicationSetState, set?: string): void
  /**
   * Makes the source silent since this time (milliseconds since the Unix epoch). `null` ends the
   * silence.
   */
  silentSince(at: number | null): void
}

/** A fake of the port. Tests set what it reports. */
export function fakeApplications(
  now: () => number,
  source: Applications['source'] = 'kubernetes',
): FakeApplications {
  const known = new Map<string, Application>()
  const listeners = new Set<(names: readonly string[]) => void>()
  const sets = new Map<string | undefined, ApplicationSetState>([[undefined, { error: null }]])
  let silent: number | null = null
  const tell = (names: readonly string[]) => {
    for (const listener of listeners) listener(names)
  }
  return {
    source,
    simulated: source === 'simulated',
    intervalMs: 60_000,
    get: (declared) => known.get(`store-${declared.name}`) ?? null,
    has: (name) => known.has(name),
    applicationSet: (set) => sets.get(set) ?? sets.get(undefined) ?? null,
    asOf: () => silent ?? now(),
    problem: () => (silent === null ? null : 'it does not answer'),
    onChanged(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    listed: Promise.resolve(),
    close: async () => undefined,
    set(name, application) {
      if (application === null) known.delete(name)
      else known.set(name, application)
      tell([name])
    },
    setApplicationSet(state, set) {
      sets.set(set, state)
      tell([...known.keys()])
    },
    silentSince(at) {
      silent = at
    },
  }
}
