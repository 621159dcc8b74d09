import { expect, it } from 'vitest'
import { Breath } from './breath.ts'

/**
 * Pushes of `tookMs` each, `gapMs` apart; what each of them leaves to stand still.
 * @param serverAt when a commit of another server was met
 */
function stands(
  othersAge: number,
  tookMs: number,
  gapMs: number,
  pushes: number,
  serverAt: (at: number) => number = () => -Infinity,
): number[] {
  let at = 0
  const breath = new Breath({
    othersAge: () => othersAge,
    serversAge: () => at - serverAt(at),
    now: () => at,
  })
  return Array.from({ length: pushes }, () => {
    at += tookMs
    const ms = breath.pushed(tookMs)
    at += gapMs + ms
    return ms
  })
}

const after = (ms: readonly number[]) => ms.flatMap((one, n) => (one > 0 ? [n + 1] : []))

it('alone it stands still for 250 ms after 16 pushes on end that took 6 s', () => {
  const long = stands(Infinity, 450, 5, 40)
  expect(after(long)).toEqual([16, 32])
  expect(Math.max(...long)).toBe(250)
  // 6 s are 58 pushes with their moments in between.
  expect(after(stands(Infinity, 100, 5, 120))).toEqual([58, 116])
})

it('moments between pushes are no rest, unless they are as long', () => {
  expect(after(stands(Infinity, 200, 200, 40))).toEqual([16, 32])
  expect(after(stands(Infinity, 200, 250, 40))).toEqual([])
})

it('where others were seen within a minute it stands still after 4, for as long as four pushes', () => {
  expect(stands(59_999, 300, 5, 5)).toEqual([0, 0, 0, 1200, 0])
  expect(stands(59_999, 20, 5, 4)).toEqual([0, 0, 0, 250])
  expect(stands(59_999, 9000, 5, 4)).toEqual([0, 0, 0, 2000])
  expect(after(stands(60_000, 450, 5, 16))).toEqual([16])
})

it('after another server came it stands still for longer each time that this one does not come again, for 30 s', () => {
  const still = (ms: readonly number[]) => ms.filter((one) => one > 0)
  const ms = still(stands(0, 50, 5, 80, () => 0))
  expect(ms.slice(0, 5)).toEqual([250, 500, 1000, 2000, 2000])
  // Then whoever waited there has an answer.
  expect(ms.at(-1)).toBe(250)
  // It came again after 5 s, within the fifth.
  const again = still(stands(0, 50, 5, 40, (at) => (at < 5000 ? 0 : 5000)))
  expect(again.slice(0, 7)).toEqual([250, 500, 1000, 2000, 2000, 250, 500])
})
