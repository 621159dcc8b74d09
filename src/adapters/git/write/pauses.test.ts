import { expect, it } from 'vitest'
import { Pauses } from './pauses.ts'

/**
 * Simulates pushes of `tookMs` each, `gapMs` apart, and returns the pause after each push.
 * @param serverAt when a commit of another server was last seen
 */
function stands(
  othersAge: number,
  tookMs: number,
  gapMs: number,
  pushes: number,
  {
    commits = 2,
    serverAt = () => -Infinity,
  }: { readonly commits?: number; readonly serverAt?: (at: number) => number } = {},
): number[] {
  let at = 0
  const pauses = new Pauses({
    othersAge: () => othersAge,
    serversAge: () => at - serverAt(at),
    now: () => at,
  })
  return Array.from({ length: pushes }, () => {
    at += tookMs
    const ms = pauses.pushed(tookMs, commits)
    at += gapMs + ms
    return ms
  })
}

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
  expect(after(stands(Infinity, 110, 90, 80, { commits: 1 }))).toEqual([31, 62])
  expect(after(stands(Infinity, 450, 90, 40, { commits: 1 }))).toEqual([16, 32])
  expect(after(stands(Infinity, 110, 250, 80, { commits: 1 }))).toEqual([])
})

it('pauses after 4 pushes for four times the push duration if others committed within a minute', () => {
  expect(stands(59_999, 300, 5, 5)).toEqual([0, 0, 0, 1200, 0])
  expect(stands(59_999, 20, 5, 4)).toEqual([0, 0, 0, 250])
  expect(stands(59_999, 9000, 5, 4)).toEqual([0, 0, 0, 2000])
  expect(after(stands(60_000, 300, 5, 16))).toEqual([16])
})

it('doubles each pause for 30 s while another server does not commit again', () => {
  const still = (ms: readonly number[]) => ms.filter((one) => one > 0)
  const ms = still(stands(0, 50, 5, 80, { serverAt: () => 0 }))
  expect(ms.slice(0, 5)).toEqual([250, 500, 1000, 2000, 2000])
  // After 30 s the requests of the other server have timed out.
  expect(ms.at(-1)).toBe(250)
  // The other server commits again after 5 s, during the fifth pause.
  const again = still(stands(0, 50, 5, 40, { serverAt: (at) => (at < 5000 ? 0 : 5000) }))
  expect(again.slice(0, 7)).toEqual([250, 500, 1000, 2000, 2000, 250, 500])
})
