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

const pushedAt = (load: Load) => simulate(load).map(({ ended }) => ended)

/** The pauses without other servers. */
const stands = (people: number, tookMs: number, gapMs: number, pushes: number, commits = 2) =>
  simulate({ commits, tookMs, gapMs, pushes, people, servers: Infinity }).map(({ ms }) => ms)

const after = (ms: readonly number[]) => ms.flatMap((one, n) => (one > 0 ? [n + 1] : []))

it('pauses after 16 consecutive pushes for twice the push duration without other writers', () => {
  const ms = stands(Infinity, 100, 5, 40)
  expect(after(ms)).toEqual([16, 32])
  expect(Math.max(...ms)).toBe(250)
  expect(Math.max(...stands(Infinity, 330, 5, 40))).toBe(660)
})

it('counts a gap between pushes as a pause only if it is as long as one', () => {
  expect(after(stands(Infinity, 100, 200, 40))).toEqual([16, 32])
  expect(after(stands(Infinity, 100, 250, 40))).toEqual([])
})

it('pauses a series of single-commit pushes only after 6 s without other writers', () => {
  expect(after(stands(Infinity, 110, 90, 80, 1))).toEqual([31, 62])
  expect(after(stands(Infinity, 450, 90, 40, 1))).toEqual([16, 32])
  expect(after(stands(Infinity, 110, 250, 80, 1))).toEqual([])
})

it('pauses after 4 pushes for four times the push duration if a person committed within a minute', () => {
  expect(stands(59_999, 300, 5, 5)).toEqual([0, 0, 0, 1200, 0])
  expect(stands(59_999, 20, 5, 4)).toEqual([0, 0, 0, 250])
  expect(stands(59_999, 9000, 5, 4)).toEqual([0, 0, 0, 2000])
  expect(after(stands(60_000, 300, 5, 16))).toEqual([16])
})

it('beside another server and a person pushes only in the first 1.5 s of each 4 s of the wall clock, after four pushes in a row', () => {
  const at = pushedAt({ commits: 2, tookMs: 300, gapMs: 5, pushes: 40, people: 0, servers: 0 })
  const late = at.slice(4).filter((ms) => ms % 4000 > 1500 + 300)
  expect([at.length, late]).toEqual([40, []])
  // A person has at least two seconds in each four.
  const longest = at.slice(1).map((ms, n) => ms - (at[n] ?? 0))
  expect(longest.filter((ms) => ms > 2000).length).toBeGreaterThan(5)
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
  expect(Array.from({ length: 5 }, pause)).toEqual([250, 500, 1000, 2000, 2000])
  servedAt = at - 1
  expect(Array.from({ length: 2 }, pause)).toEqual([250, 500])
  at += 30_000
  expect(pause()).toBe(250)
})

it('beside another server does not delay a request every four seconds', () => {
  const at = pushedAt({ commits: 1, tookMs: 300, gapMs: 4000, pushes: 20, people: 0, servers: 0 })
  expect(at.slice(1).every((ms, n) => ms - (at[n] ?? 0) === 4300)).toBe(true)
})

it('beside another server waits after a lost race too, but not for the first ones and not beside a person', () => {
  const lost = (serversAge: number, people = 0) => {
    const pauses = new Pauses({
      peopleAge: () => people,
      serversAge: () => serversAge,
      now: () => 0,
      wallClock: () => 1_790_000_000_000 + 2500,
    })
    return Array.from({ length: 5 }, () => pauses.lost())
  }
  expect(lost(0)).toEqual([0, 0, 0, 1500, 1500])
  expect(lost(60_000)).toEqual([0, 0, 0, 0, 0])
  expect(lost(0, 60_000)).toEqual([0, 0, 0, 0, 0])
})
