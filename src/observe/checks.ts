import type { Check } from '../contract/detail.ts'
import type { CheckLevel } from '../contract/words.ts'
import type { Clock } from '../domain/ports.ts'

/** Result of one check. `fix` says what to do unless the level is `ok`. */
export interface Finding {
  readonly level: CheckLevel
  readonly detail: string
  readonly fix: string | null
}

/** Nothing is wrong. */
export function well(detail: string): Finding {
  return { level: 'ok', detail, fix: null }
}

/** It works, but with a risk or delay that `fix` removes. */
export function warning(detail: string, fix: string): Finding {
  return { level: 'warn', detail, fix }
}

/** There is nothing to check. `fix` says how to set it up, if that is possible. */
export function skipped(detail: string, fix: string | null = null): Finding {
  return { level: 'skip', detail, fix }
}

export function ill(detail: string, fix: string): Finding {
  return { level: 'fail', detail, fix }
}

/** Checks of the external dependencies of this process, by name. */
export interface Checks {
  /** The last result of each check. The first call runs all of them, later calls only the cheap ones. */
  all(): Promise<readonly Check[]>
  /** A fresh result; `null` if there is no check with this name. */
  run(name: string): Promise<Check | null>
}

export type Probe = (signal: AbortSignal) => Promise<Finding>

const TIMEOUT_MS = 10_000

/**
 * Keeps the last result of each probe and the time since which its level holds. A probe fails if it
 * throws or takes longer than 10 s.
 * @param cheap names of probes that only read memory, so they run on every call
 */
export function openChecks(
  probes: ReadonlyMap<string, Probe>,
  clock: Clock,
  cheap: readonly string[] = [],
): Checks {
  const results = new Map<string, Check>()
  const run = async (name: string, probe: Probe): Promise<Check> => {
    const finding = await probe(AbortSignal.timeout(TIMEOUT_MS)).catch((): Finding => ({
      level: 'fail',
      detail: 'no answer within 10 s',
      fix: 'Check the address and the network.',
    }))
    const now = new Date(clock.now()).toISOString()
    const before = results.get(name)
    const { level, detail, fix } = finding
    const ok = level !== 'fail'
    const check: Check = {
      name,
      ok,
      level,
      since: before?.level === level ? before.since : now,
      lastOkAt: ok ? now : (before?.lastOkAt ?? null),
      detail,
      fix,
    }
    results.set(name, check)
    return check
  }
  return {
    all: () =>
      Promise.all(
        [...probes].map(async ([name, probe]) => {
          const last = cheap.includes(name) ? undefined : results.get(name)
          return last ?? run(name, probe)
        }),
      ),
    async run(name) {
      const probe = probes.get(name)
      return probe === undefined ? null : run(name, probe)
    },
  }
}
