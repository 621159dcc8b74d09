import { CLOCK_TOLERANCE_MS, type OtherClock, type TimeReading } from '../domain/clocks.ts'
import type { MonotonicClock, Time } from '../domain/ports.ts'

export interface TimeWatch extends Time {
  /** A host answered with this `Date`, in milliseconds since the Unix epoch. */
  heard(host: string, dateMs: number): void
}

/** The wall clock may move by so much against the monotonic one before that is a step, in milliseconds. */
const STEP_MS = 60_000
/** Share by which a clock that is being slewed may run faster or slower. Source: adjtimex(2), 500 ppm. */
const SLEW = 0.0005
/** The clock of one host is taken anew after so many milliseconds. */
const HEARD_MS = 60_000
/** A difference that moves by less is the same difference. */
const SAME_MS = 60_000

interface Heard {
  readonly dateMs: number
  /** Monotonic milliseconds at which it was heard. */
  readonly at: number
}

/**
 * Watches the wall clock from the first call on: whether it steps against the monotonic clock, and how far it is from the
 * clocks of other hosts. Between two answers of a host its clock runs on by the monotonic one.
 */
export function openTimeWatch(clock: MonotonicClock): TimeWatch {
  const hosts = new Map<string, Heard>()
  const seen = new Map<string, OtherClock>()
  let startedMs = clock.now()
  let steadySince = clock.uptimeMs()
  /** Wall clock minus monotonic clock, and when that was last true. */
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
