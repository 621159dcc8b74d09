import { describe, expect, it } from 'vitest'
import type { Application } from '../domain/status/application.ts'
import type { Judgement } from '../domain/status/verdict.ts'
import { type FirstReady, NOT_SEEN, seenReady } from './first-ready.ts'

const START = Date.parse('2026-11-24T12:00:00Z')
const iso = (seconds: number) => new Date(START + seconds * 1000).toISOString()

interface Look {
  /** Seconds after the creation of the store. */
  readonly at: number
  readonly phase: Judgement['phase']
  readonly stale?: boolean
  readonly healthSince?: number
  readonly changedAt?: number
  readonly everReady?: boolean
}

const look = (before: FirstReady, { at, phase, ...more }: Look) => {
  const ref = (commit: string, seconds: number) => ({ commit, at: iso(seconds) }) as never
  const application =
    more.healthSince === undefined
      ? null
      : ({ healthSince: iso(more.healthSince), operationState: null } as unknown as Application)
  return seenReady(
    before,
    { created: ref('a', 0), last: ref(more.changedAt === undefined ? 'a' : 'b', 0) },
    { application, everReady: more.everReady ?? false, now: START + at * 1000 },
    { phase, stale: more.stale ?? false },
  )
}
/** Seconds after the creation, or the state if there is no time. */
const after = (...looks: Look[]) => {
  const { state, at } = looks.reduce(look, NOT_SEEN)
  return at === null ? state : (at - START) / 1000
}

describe('the first time that a store is Ready', () => {
  it.each<[string, Look[], number | string]>([
    [
      'is five seconds after it became healthy, however late the look',
      [
        { at: 1, phase: 'Committed' },
        { at: 60, phase: 'Ready', healthSince: 7 },
      ],
      12,
    ],
    [
      'is the time of the look if the source does not know since when it is healthy',
      [
        { at: 1, phase: 'Committed' },
        { at: 60, phase: 'Ready' },
      ],
      60,
    ],
    [
      'stays after later failures and recoveries',
      [
        { at: 1, phase: 'Committed' },
        { at: 60, phase: 'Ready', healthSince: 7 },
        { at: 90, phase: 'Degraded', healthSince: 80 },
        { at: 200, phase: 'Ready', healthSince: 190 },
      ],
      12,
    ],
    [
      'counts a store that failed first and was queued',
      [
        { at: 1, phase: 'Committed' },
        { at: 60, phase: 'Failed' },
        { at: 4000, phase: 'Ready', healthSince: 3900, changedAt: 3000 },
      ],
      3905,
    ],
    [
      'follows from its health after a restart',
      [{ at: 900, phase: 'Ready', healthSince: 95 }],
      100,
    ],
    [
      'is unknown after a restart if it was healthy again long after the creation',
      [{ at: 9000, phase: 'Ready', healthSince: 2000 }],
      'lost',
    ],
    [
      'is unknown after a restart if the store was changed since',
      [{ at: 900, phase: 'Ready', healthSince: 95, changedAt: 80 }],
      'lost',
    ],
    [
      'is unknown after a restart if the store may have been Ready before',
      [
        { at: 900, phase: 'Degraded' },
        { at: 950, phase: 'Ready', healthSince: 940 },
      ],
      'lost',
    ],
    [
      'is unknown after a restart in the middle of a later change',
      [
        { at: 900, phase: 'Progressing', changedAt: 880 },
        { at: 950, phase: 'Ready', healthSince: 940, changedAt: 880 },
      ],
      'lost',
    ],
    [
      'does not follow from the verdicts of a silent source',
      [
        { at: 9000, phase: 'Unknown', stale: true },
        { at: 9100, phase: 'Ready', healthSince: 5000 },
      ],
      'lost',
    ],
    ['is not known before', [{ at: 1, phase: 'Committed' }], 'waiting'],
  ])('%s', (_what, looks, expected) => {
    expect(after(...looks)).toBe(expected)
  })
})
