import { describe, expect, it } from 'vitest'
import { differenceOf, disagreeing, dueOf, spanOf, type TimeReading } from './clocks.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const DELETED = Date.parse('2026-11-29T12:00:00Z')
const iso = (ms: number) => new Date(ms).toISOString()
/** Deleted at noon with a retention of one week. */
const week = {
  state: 'deleted' as const,
  since: iso(DELETED),
  purgeAfter: iso(DELETED + 7 * DAY),
}
const DUE = DELETED + 7 * DAY

/** The time at `nowMs` in a process that has been running since the deletion. */
const at = (nowMs: number, change: Partial<TimeReading> = {}): TimeReading => ({
  nowMs,
  startedMs: DELETED - HOUR,
  steadyForMs: nowMs - DELETED,
  step: null,
  others: [],
  ...change,
})
const host = (aheadMs: number, name = 'Git host') => {
  return { name, aheadMs, seen: { oursMs: DUE, theirsMs: DUE - aheadMs } }
}
const due = (time: TimeReading, lifecycle: Parameters<typeof dueOf>[0] = week) =>
  dueOf(lifecycle, time, HOUR)

describe('S3 a deletion continues when two clocks agree', () => {
  it.each([
    ['a minute before its retention is over', at(DUE - 60_000), { is: 'not_due' }],
    ['less than an hour after its retention is over', at(DUE + 20 * 60_000), waits(40)],
    ['an hour after its retention is over', at(DUE + HOUR), { is: 'due', because: 'two_clocks' }],
    [
      'a year late, ten minutes after the start, with a Git host that agrees',
      at(DUE + 365 * DAY, {
        startedMs: DUE + 365 * DAY,
        steadyForMs: 600_000,
        others: [host(2000)],
      }),
      waits(50),
    ],
    [
      'a year late, an hour after the start, with a Git host that agrees',
      at(DUE + 365 * DAY, {
        startedMs: DUE + 364 * DAY,
        steadyForMs: HOUR,
        others: [host(-299_000)],
      }),
      { is: 'due', because: 'two_clocks' },
    ],
    [
      'with a Git host 301 s behind',
      at(DUE + DAY, { others: [host(301_000)] }),
      held('disagreement'),
    ],
    [
      'with a Git host 301 s ahead',
      at(DUE + DAY, { others: [host(-301_000)] }),
      held('disagreement'),
    ],
    [
      'with two hosts, one of which disagrees',
      at(DUE + DAY, { others: [host(0), host(9 * DAY, 'API server')] }),
      held('disagreement'),
    ],
    [
      'when it fell due while the process was not running',
      at(DUE + 2 * DAY, { startedMs: DUE + DAY, steadyForMs: DAY }),
      held('downtime'),
    ],
    [
      'when it fell due because the wall clock was set forward',
      at(DUE + DAY, { step: { toMs: DUE - DAY, byMs: 5 * DAY } }),
      held('step'),
    ],
    [
      'when the whole retention has passed despite the step',
      at(DUE + 5 * DAY, { step: { toMs: DUE - DAY, byMs: 5 * DAY } }),
      { is: 'due', because: 'two_clocks' },
    ],
    [
      'when the step was before the deletion',
      at(DUE + DAY, { step: { toMs: DELETED - 1000, byMs: 5 * DAY } }),
      { is: 'due', because: 'two_clocks' },
    ],
  ] as const)('%s', (_when, time, expected) => expect(due(time)).toEqual(expected))

  it('is due at once without a retention, even after a restart, unless the clocks disagree', () => {
    const none = { ...week, purgeAfter: week.since }
    const started = { startedMs: DELETED + 1000, steadyForMs: 0 }
    expect(due(at(DELETED + 2000, started), none)).toEqual({ is: 'due', because: 'at_once' })
    const others = [host(9 * DAY)]
    expect(due(at(DELETED + 2000, { others }), none)).toEqual(held('disagreement'))
  })

  it('waits for the whole retention if it is shorter than an hour', () => {
    const short = { ...week, purgeAfter: iso(DELETED + 600_000) }
    expect(due(at(DELETED + 1_100_000), short)).toEqual(waits(100 / 60))
    expect(due(at(DELETED + 1_200_000), short)).toEqual({ is: 'due', because: 'two_clocks' })
  })

  it('is due despite the clocks once an admin confirmed it, but not before its date', () => {
    const confirmed = { ...week, state: 'purge' as const, dueConfirmed: true as const }
    const others = [host(9 * DAY)]
    expect(due(at(DUE, { others }), confirmed)).toEqual({ is: 'due', because: 'confirmed' })
    expect(due(at(DUE - 1000), confirmed)).toEqual({ is: 'not_due' })
  })

  it('is never due without purgeAfter, and waits an hour without `since`', () => {
    expect(due(at(DUE), { state: 'deleted', since: week.since })).toEqual({ is: 'not_due' })
    const { since: _, ...unsaid } = week
    expect(due(at(DUE), unsaid)).toEqual(waits(60))
    const step = { toMs: DELETED - DAY, byMs: DAY }
    expect(due(at(DUE + HOUR, { step }), unsaid)).toEqual(held('step'))
  })
})

function waits(minutes: number) {
  return { is: 'waits', forMs: minutes * 60_000 } as const
}

function held(because: 'disagreement' | 'downtime' | 'step') {
  return { is: 'held', because } as const
}

it('names a difference in its largest unit', () => {
  expect([0, 999, 1000, 90_000, 5 * HOUR, 9 * DAY - 1000, 3660 * DAY].map(spanOf)).toEqual([
    ...['0 seconds', '1 second', '1 second', '2 minutes', '5 hours', '9 days', '10 years'],
  ])
  expect(differenceOf(host(9 * DAY))).toBe('9 days ahead of the Git host')
  expect(differenceOf(host(-600_000))).toBe('10 minutes behind the Git host')
  expect(disagreeing(at(0, { others: [host(300_000), host(-300_001, 'Argo CD')] }))).toHaveLength(1)
})
