import type { TimeReading } from '../domain/clocks.ts'
import type { PurgeSettings, Time } from '../domain/ports.ts'

/** The clock of a process running since 1970 without a clock step or other clocks to compare. */
export function steadyTime(now: () => number, change: Partial<TimeReading> = {}): Time {
  return {
    reading: () => {
      const nowMs = now()
      return { nowMs, startedMs: 0, steadyForMs: nowMs, step: null, others: [], ...change }
    },
  }
}

/** Production values, except that simulated status is enough for a purge. */
export const purgeSettings: PurgeSettings = {
  reconciliationMs: 180_000,
  simulatedIsEnough: true,
  minUptimeMs: 3_600_000,
}
