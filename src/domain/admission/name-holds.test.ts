import { describe, expect, it } from 'vitest'
import { memoryRepo } from '../../testing/memory-repo.ts'
import { testPlatform } from '../../testing/platform.ts'
import { storeFile } from '../../testing/records.ts'
import type { Snapshot, Vacated } from '../snapshot.ts'
import { admitStore } from './admission.ts'
import { pushedProblems } from './admit-push.ts'
import { holdOf } from './name-holds.ts'

const REMOVED = '2026-11-24T12:00:00Z'
const day = (days: number) => Date.parse(REMOVED) + days * 86_400_000

function after(removal: Partial<Vacated>, days = 30): Snapshot {
  const platform = testPlatform((yaml) =>
    yaml.replace('limits:\n', `limits:\n  nameQuarantineDays: ${days}\n`),
  )
  const vacated = { team: 'acme', at: REMOVED, purged: true, ...removal }
  return { ...memoryRepo(platform).snapshot(), vacated: new Map([['shop', vacated]]) }
}

describe('the hold on the name of a removed store', () => {
  it.each([
    [
      'another team within the quarantine',
      'default',
      day(29.9),
      true,
      30,
      '2026-12-24T12:00:00.000Z',
    ],
    ['another team on its last day', 'default', day(30), true, 30, undefined],
    ['another team where there is no quarantine', 'default', day(0), true, 0, undefined],
    ['its own team', 'acme', day(0), true, 30, undefined],
    ['another team, not purged', 'default', day(400), false, 30, null],
    ['another team, not purged, no quarantine', 'default', day(400), false, 0, null],
    ['its own team, not purged', 'acme', day(0), false, 30, undefined],
  ] as const)('for %s', (_who, team, now, purged, days, until) => {
    expect(holdOf('shop', team, after({ purged }, days), now)?.until).toBe(until)
  })

  it('part of S2-16: refuses the name to requests and pushes of another team, with the end date', () => {
    const at = after({})
    const create = () => admitStore({ name: 'shop' }, at, 'ada', day(1))
    expect(create).toThrow(
      expect.objectContaining({
        code: 'name_quarantined',
        extra: { until: '2026-12-24T12:00:00.000Z' },
        errors: [{ pointer: '#/name', detail: 'is kept for another team until 2026-12-24' }],
      }),
    )
    expect(create).not.toThrow(/acme/)
    const pushed = pushedProblems(null, storeFile(), at, day(1))
    expect(pushed.map(({ pointer }) => pointer)).toEqual(['#/name'])
    expect(admitStore({ name: 'shop', team: 'acme' }, at, 'ada', day(1)).team).toBe('acme')
    expect(pushedProblems(null, storeFile({ team: 'acme' }), at, day(1))).toEqual([])
    expect(pushedProblems(null, storeFile(), at, day(31))).toEqual([])
  })
})
