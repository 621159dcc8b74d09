import type { StoreFile } from '../contract/store-file.ts'

/** The clock of another host, as its answers told it. */
export interface OtherClock {
  /** Such as `Git host`. */
  readonly name: string
  /** Milliseconds by which our wall clock is ahead of it; negative: behind. */
  readonly aheadMs: number
  /** Both clocks when this difference was first seen, milliseconds since the Unix epoch. */
  readonly seen: { readonly oursMs: number; readonly theirsMs: number }
}

/** What this process knows of the time. */
export interface TimeReading {
  /** Our wall clock, milliseconds since the Unix epoch. */
  readonly nowMs: number
  /** Our wall clock when this process started, corrected by later steps backwards. */
  readonly startedMs: number
  /** Monotonic milliseconds for which the wall clock has neither stepped nor disagreed with another clock. */
  readonly steadyForMs: number
  /** The wall clock was set forward by `byMs` and shows `toMs` since then; `null`: no step forwards, or it was taken back. */
  readonly step: { readonly toMs: number; readonly byMs: number } | null
  /** Clocks of hosts that answered this process; empty: none did. */
  readonly others: readonly OtherClock[]
}

/** Clocks may differ by this much, in milliseconds. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000

/** May a deletion take its next step that cannot be undone? */
export type Due =
  /** Yes. */
  | { readonly is: 'due'; readonly because: 'confirmed' | 'at_once' | 'two_clocks' }
  /** The retention is not over. */
  | { readonly is: 'not_due' }
  /** The retention is over, and not long enough for this process. */
  | { readonly is: 'waits'; readonly forMs: number }
  /** Only an admin lets it go on, or a clock that is set right. */
  | { readonly is: 'held'; readonly because: 'disagreement' | 'downtime' | 'step' }

/**
 * Decides by two clocks: the wall clock says that the retention is over, and a second one agrees. The second is the clock
 * of another host where one is known, else the time that this process has been running.
 * @param minUptimeMs monotonic milliseconds for which a deletion must have been due
 */
export function dueOf(
  { since, purgeAfter, dueConfirmed }: StoreFile['lifecycle'],
  time: TimeReading,
  minUptimeMs: number,
): Due {
  const dueAt = Date.parse(purgeAfter ?? '')
  if (!(dueAt <= time.nowMs)) return { is: 'not_due' }
  if (dueConfirmed === true) return { is: 'due', because: 'confirmed' }
  if (disagreeing(time).length > 0) return { is: 'held', because: 'disagreement' }
  const retentionMs = since === undefined ? Infinity : dueAt - Date.parse(since)
  // Due from the moment it was asked for: no clock has a say in it.
  if (retentionMs <= 0) return { is: 'due', because: 'at_once' }
  if (time.others.length === 0) {
    if (dueAt <= time.startedMs) return { is: 'held', because: 'downtime' }
    if (dueAt + stepSince(since, time) > time.nowMs) return { is: 'held', because: 'step' }
  }
  const dueForMs = Math.min(time.nowMs - dueAt, time.steadyForMs)
  const leftMs = Math.min(minUptimeMs, retentionMs) - dueForMs
  return leftMs > 0 ? { is: 'waits', forMs: leftMs } : { is: 'due', because: 'two_clocks' }
}

/** Milliseconds by which the wall clock was set forward after the deletion. Without that the retention would last longer. */
function stepSince(since: string | undefined, { step }: TimeReading): number {
  if (step === null || Date.parse(since ?? '') >= step.toMs) return 0
  return step.byMs
}

/** Clocks of other hosts that our wall clock does not agree with. */
export function disagreeing({ others }: Pick<TimeReading, 'others'>): readonly OtherClock[] {
  return others.filter(({ aheadMs }) => Math.abs(aheadMs) > CLOCK_TOLERANCE_MS)
}

const UNITS = [
  ['year', 365 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** `9 days`, `1 hour`: the largest unit, rounded. */
export function spanOf(milliseconds: number): string {
  const span = Math.abs(milliseconds)
  const [unit, size] = UNITS.find(([, each]) => span >= each) ?? UNITS[4]
  const count = Math.round(span / size)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

/** `9 days ahead of the Git host`. */
export function differenceOf({ name, aheadMs }: OtherClock): string {
  return `${spanOf(aheadMs)} ${aheadMs > 0 ? 'ahead of' : 'behind'} the ${name}`
}
