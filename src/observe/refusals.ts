import type { ProblemDetail } from '../contract/problem.ts'

/** Stores whose store.yaml parses but is not rendered, with the reasons. */
export interface Refusals {
  /** Empty if nothing is refused. */
  get(name: string): readonly ProblemDetail[]
  /** @param problems empty if the store is no longer refused */
  set(name: string, problems: readonly ProblemDetail[]): void
  readonly size: number
}

/** @param onChanged called with the name of a store whose reasons changed */
export function openRefusals(onChanged: (name: string) => void = () => undefined): Refusals {
  const refused = new Map<string, readonly ProblemDetail[]>()
  return {
    get: (name) => refused.get(name) ?? [],
    set(name, problems) {
      if (problems.length === 0 && !refused.delete(name)) return
      if (problems.length > 0) refused.set(name, problems)
      onChanged(name)
    },
    get size() {
      return refused.size
    },
  }
}
