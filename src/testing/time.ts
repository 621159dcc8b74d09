import type { TimeReading } from '../domain/clocks.ts'
import type { PurgeSettings, Time } from '../domain/ports.ts'

/** A process that has been running since 1970 without a step of its clock, and knows no other. */
export function steadyTime(now: () => number, change: Partial<TimeReading> = {}): Time {
  return {
    reading: () => {
      const nowMs = now()
      return { nowMs, startedMs: 0, steadyForMs: nowMs, step: null, others: [], ...change }
    },
  }
}

/** As in production, and a simulated Argo CD is believed. */
export const purgeSettings: PurgeSettings = {
  reconciliationMs: 180_000,
  simulatedIsEnough: true,
  minUptimeMs: 3_600_000,
}
