import type { StoreFile } from '../contract/store-file.ts'

/** The clock of another host, as seen in the responses of that host. */
export interface OtherClock {
  /** Such as `Git host`. */
  readonly name: string
  /** Milliseconds by which our wall clock is ahead; negative if it is behind. */
  readonly aheadMs: number
  /** Both clocks at the moment this difference was first seen, in milliseconds since the Unix epoch. */
  readonly seen: { readonly oursMs: number; readonly theirsMs: number }
}

/** What this process knows about the time. */
export interface TimeReading {
  /** Our wall clock, milliseconds since the Unix epoch. */
  readonly nowMs: number
  /** Our wall clock when this process started, corrected by later steps backwards. */
  readonly startedMs: number
  /** Monotonic milliseconds since the wall clock last stepped or disagreed with another clock. */
  readonly steadyForMs: number
  /** The wall clock was set forward by `byMs`, to `toMs`. `null`: it was not, or the step was undone. */
  readonly step: { readonly toMs: number; readonly byMs: number } | null
  /** Clocks of the hosts that responded to this process; may be empty. */
  readonly others: readonly OtherClock[]
}

/** Largest difference between two clocks that counts as agreement, in milliseconds. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000

/** May a deletion take its next irreversible step? */
export type Due =
  /** Yes. */
  | { readonly is: 'due'; readonly because: 'confirmed' | 'at_once' | 'two_clocks' }
  /** The retention is not over. */
  | { readonly is: 'not_due' }
  /** The retention is over, but this process has not observed that for long enough. */
  | { readonly is: 'waits'; readonly forMs: number }
  /** Continues only if an admin confirms it or the clocks are corrected. */
  | { readonly is: 'held'; readonly because: 'disagreement' | 'downtime' | 'step' }

/**
 * Decides by two clocks. The wall clock must show that the retention is over, and a second clock
 * must agree. The second clock is that of another host, or the uptime of this process if no other
 * host is known.
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
  // Without a retention the deletion is due at once, whatever the clocks show.
  if (retentionMs <= 0) return { is: 'due', because: 'at_once' }
  if (time.others.length === 0) {
    if (dueAt <= time.startedMs) return { is: 'held', because: 'downtime' }
    if (dueAt + stepSince(since, time) > time.nowMs) return { is: 'held', because: 'step' }
  }
  const dueForMs = Math.min(time.nowMs - dueAt, time.steadyForMs)
  const leftMs = Math.min(minUptimeMs, retentionMs) - dueForMs
  return leftMs > 0 ? { is: 'waits', forMs: leftMs } : { is: 'due', because: 'two_clocks' }
}

/** Milliseconds by which the wall clock was set forward since the deletion. They shorten the retention. */
function stepSince(since: string | undefined, { step }: TimeReading): number {
  if (step === null || Date.parse(since ?? '') >= step.toMs) return 0
  return step.byMs
}

/** Clocks of other hosts that differ from our wall clock by more than the tolerance. */
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

/** The largest whole unit, rounded: `9 days`, `1 hour`. */
export function spanOf(milliseconds: number): string {
  const span = Math.abs(milliseconds)
  const [unit, size] = UNITS.find(([, each]) => span >= each) ?? UNITS[4]
  const count = Math.round(span / size)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

/** For example `9 days ahead of the Git host`. */
export function differenceOf({ name, aheadMs }: OtherClock): string {
  return `${spanOf(aheadMs)} ${aheadMs > 0 ? 'ahead of' : 'behind'} the ${name}`
}
