import { expect, it } from 'vitest'
import { Pauses } from './pauses.ts'

interface Load {
  readonly commits: number
  readonly tookMs: number
  /** Milliseconds between a pause and the beginning of the next push. */
  readonly gapMs: number
  readonly pushes: number
  /** Milliseconds since the commits of people, and of other servers. */
  readonly people: number
  readonly servers: number
}

/** Simulates pushes. Returns the pause after each of them and when it ended. */
function simulate({ commits, tookMs, gapMs, pushes, people, servers }: Load) {
  let at = 0
  const pauses = new Pauses({
    peopleAge: () => people,
    serversAge: () => servers,
    now: () => at,
    wallClock: () => 1_790_000_000_000 + at,
  })
  return Array.from({ length: pushes }, () => {
    at += tookMs
    const ended = at
    const ms = pauses.pushed(tookMs, commits)
    at += gapMs + ms
    return { ended, ms }
  })
}

/** The pauses without other servers. */
const stands = (people: number, tookMs: number, gapMs: number, pushes: number, commits = 2) =>
  simulate({ commits, tookMs, gapMs, pushes, people, servers: Infinity }).map(({ ms }) => ms)

/** The waits after five lost races at one moment, 2.5 s into a slot. */
function losing({ people, servers }: Pick<Load, 'people' | 'servers'>): readonly number[] {
  const pauses = new Pauses({
    peopleAge: () => people,
    serversAge: () => servers,
    now: () => 0,
    wallClock: () => 1_790_000_000_000 + 2500,
  })
  return Array.from({ length: 5 }, () => pauses.lost())
}

const after = (ms: readonly number[]) => ms.flatMap((one, n) => (one > 0 ? [n + 1] : []))

it('pauses after 16 consecutive pushes for four times the push duration without other writers', () => {
  const ms = stands(Infinity, 100, 5, 40)
  expect(after(ms)).toEqual([16, 32])
  expect(Math.max(...ms)).toBe(400)
  expect(Math.max(...stands(Infinity, 330, 5, 40))).toBe(1320)
  expect(Math.max(...stands(Infinity, 20, 5, 40))).toBe(400)
})

it('counts a gap between pushes as a pause only if it is as long as one', () => {
  expect(after(stands(Infinity, 100, 399, 40))).toEqual([16, 32])
  expect(after(stands(Infinity, 100, 400, 40))).toEqual([])
})

it('pauses a series of single-commit pushes only after 6 s without other writers', () => {
  expect(after(stands(Infinity, 110, 90, 80, 1))).toEqual([31, 62])
  expect(after(stands(Infinity, 450, 90, 40, 1))).toEqual([16, 32])
  expect(after(stands(Infinity, 110, 440, 80, 1))).toEqual([])
})

it('beside a person rests for twelve times the push duration from the fourth push of a row on', () => {
  expect(stands(59_999, 100, 5, 6)).toEqual([0, 0, 0, 1200, 1200, 1200])
  expect(stands(59_999, 20, 5, 4)).toEqual([0, 0, 0, 500])
  expect(stands(59_999, 900, 5, 4)).toEqual([0, 0, 0, 2000])
  expect(stands(59_999, 300, 1999, 6)).toEqual([0, 0, 0, 2000, 2000, 2000])
  expect(after(stands(59_999, 300, 2000, 40))).toEqual([])
  expect(after(stands(60_000, 300, 5, 16))).toEqual([16])
})

it('beside a person does not rest after a push that lost two races, and rests after one that lost one', () => {
  const pauses = new Pauses({
    peopleAge: () => 0,
    serversAge: () => Infinity,
    now: () => 0,
    wallClock: () => 0,
  })
  const landing = (lost: number) => {
    for (let n = 0; n < lost; n += 1) pauses.lost()
    return pauses.pushed(50, 4)
  }
  expect([0, 0, 0, 0, 1, 2, 0, 3, 0].map(landing)).toEqual([0, 0, 0, 600, 600, 0, 600, 0, 600])
})

it('beside a person and another server rests twice as long after a push that landed, and one rest after the commit of the other server', () => {
  const load = { commits: 2, tookMs: 100, gapMs: 5, pushes: 6, people: 0, servers: 0 }
  expect(simulate(load).map(({ ms }) => ms)).toEqual([0, 0, 0, 2400, 2400, 2400])
  expect(losing({ people: 0, servers: 0 })).toEqual([0, 0, 0, 500, 500])
  expect(losing({ people: 0, servers: 100 })).toEqual([0, 0, 0, 400, 400])
  expect(losing({ people: 0, servers: 500 })).toEqual([0, 0, 0, 0, 0])
})

it('beside another server pauses after 4 pushes for four times the push duration', () => {
  const pauses = (tookMs: number) => {
    const load = { commits: 2, tookMs, gapMs: 5, pushes: 5, people: Infinity, servers: 59_999 }
    return simulate(load).map(({ ms }) => ms)
  }
  expect(pauses(300)).toEqual([0, 0, 0, 1200, 0])
  expect(pauses(20)).toEqual([0, 0, 0, 400, 0])
  expect(pauses(9000).slice(0, 4)).toEqual([0, 0, 0, 2000])
})

it('beside another server alone is quiet for the last 2.5 s of each 16 s', () => {
  const load = { commits: 2, tookMs: 50, gapMs: 5, pushes: 400, people: Infinity, servers: 0 }
  const at = simulate(load).map(({ ended }) => ended)
  const late = at.slice(4).filter((ms) => ms % 16_000 > 13_500 + 55)
  expect([(at.at(-1) ?? 0) > 40_000, late]).toEqual([true, []])
})

it('doubles each pause for 30 s while another server does not commit again', () => {
  let at = 0
  let servedAt = 0
  const pauses = new Pauses({
    peopleAge: () => Infinity,
    serversAge: () => at - servedAt,
    now: () => at,
    wallClock: () => 1_790_000_000_000,
  })
  const pause = () => {
    for (;;) {
      at += 50
      const ms = pauses.pushed(50, 2)
      at += 5 + ms
      if (ms > 0) return ms
    }
  }
  expect(Array.from({ length: 5 }, pause)).toEqual([400, 800, 1600, 2000, 2000])
  servedAt = at - 1
  expect(Array.from({ length: 2 }, pause)).toEqual([400, 800])
  at += 30_000
  expect(pause()).toBe(400)
})

it('beside another server does not delay a request every four seconds', () => {
  const load = { commits: 1, tookMs: 300, gapMs: 4000, pushes: 20, people: 0, servers: 0 }
  const at = simulate(load).map(({ ended }) => ended)
  expect(at.slice(1).every((ms, n) => ms - (at[n] ?? 0) === 4300)).toBe(true)
})

it('does not wait after a lost race if no other server was seen, or only servers in their slot', () => {
  expect(losing({ people: 0, servers: 60_000 })).toEqual([0, 0, 0, 0, 0])
  expect(losing({ people: Infinity, servers: 0 })).toEqual([0, 0, 0, 0, 0])
})
