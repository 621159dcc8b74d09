import { CLOCK_TOLERANCE_MS, type OtherClock, type TimeReading } from '../domain/clocks.ts'
import type { MonotonicClock, Time } from '../domain/ports.ts'

export interface TimeWatch extends Time {
  /** Records the `Date` of a response of this host, in milliseconds since the Unix epoch. */
  heard(host: string, dateMs: number): void
}

/** Largest drift of the wall clock against the monotonic clock that is not a step, in milliseconds. */
const STEP_MS = 60_000
/** Largest rate difference of a clock that is being slewed. Source: adjtimex(2), 500 ppm. */
const SLEW = 0.0005
/** Minimum time between two readings of the clock of one host, in milliseconds. */
const HEARD_MS = 60_000
/** Differences that vary by less than this count as the same, in milliseconds. */
const SAME_MS = 60_000

interface Heard {
  readonly dateMs: number
  /** Monotonic time of the response, in milliseconds. */
  readonly at: number
}

/**
 * Watches the wall clock from the first call on. It detects steps against the monotonic clock, and
 * differences to the clocks of other hosts. Between two responses of a host, its clock is
 * extrapolated by the monotonic clock.
 */
export function openTimeWatch(clock: MonotonicClock): TimeWatch {
  const hosts = new Map<string, Heard>()
  const seen = new Map<string, OtherClock>()
  let startedMs = clock.now()
  let steadySince = clock.uptimeMs()
  /** Wall clock minus monotonic clock, and the monotonic time at which that was last true. */
  let base = { offset: startedMs - steadySince, at: steadySince }
  let ahead: TimeReading['step'] = null

  const lookForStep = (nowMs: number, uptimeMs: number) => {
    const by = nowMs - uptimeMs - base.offset
    if (Math.abs(by) <= STEP_MS + SLEW * (uptimeMs - base.at)) return
    base = { offset: nowMs - uptimeMs, at: uptimeMs }
    steadySince = uptimeMs
    if (by < 0) startedMs = Math.min(startedMs, nowMs)
    const byMs = (ahead?.byMs ?? 0) + by
    ahead = byMs > STEP_MS ? { toMs: nowMs, byMs } : null
  }

  const otherClock = (name: string, { dateMs, at }: Heard, nowMs: number, uptimeMs: number) => {
    const theirsMs = dateMs + (uptimeMs - at)
    const aheadMs = nowMs - theirsMs
    const before = seen.get(name)
    const same = before !== undefined && Math.abs(before.aheadMs - aheadMs) < SAME_MS
    const now = same ? before : { name, aheadMs, seen: { oursMs: nowMs, theirsMs } }
    seen.set(name, now)
    return { ...now, aheadMs }
  }

  const reading = (): TimeReading => {
    const [nowMs, uptimeMs] = [clock.now(), clock.uptimeMs()]
    lookForStep(nowMs, uptimeMs)
    const others = Array.from(hosts, ([name, heard]) => otherClock(name, heard, nowMs, uptimeMs))
    if (others.some(({ aheadMs }) => Math.abs(aheadMs) > CLOCK_TOLERANCE_MS)) steadySince = uptimeMs
    return { nowMs, startedMs, steadyForMs: uptimeMs - steadySince, step: ahead, others }
  }

  return {
    reading,
    heard(host, dateMs) {
      const at = clock.uptimeMs()
      const before = hosts.get(host)
      if (before !== undefined && at - before.at < HEARD_MS) return
      hosts.set(host, { dateMs, at })
      reading()
    },
  }
}
