import { expect, it } from 'vitest'
import { Breath } from './breath.ts'

/** Pushes of `tookMs` each, `gapMs` apart; what each of them leaves to stand still. */
function stands(othersAge: number, tookMs: number, gapMs: number, pushes: number): number[] {
  let at = 0
  const breath = new Breath({ othersAge: () => othersAge, now: () => at })
  return Array.from({ length: pushes }, () => {
    at += tookMs
    const ms = breath.pushed(tookMs)
    at += gapMs + ms
    return ms
  })
}

const after = (ms: readonly number[]) => ms.flatMap((one, n) => (one > 0 ? [n + 1] : []))

it('alone it stands still for 250 ms after 16 pushes on end', () => {
  const ms = stands(Infinity, 100, 5, 40)
  expect(after(ms)).toEqual([16, 32])
  expect(Math.max(...ms)).toBe(250)
})

it('moments between pushes are no rest, unless they are as long', () => {
  expect(after(stands(Infinity, 100, 200, 40))).toEqual([16, 32])
  expect(after(stands(Infinity, 100, 250, 40))).toEqual([])
})

it('where others were seen within a minute it stands still after 4, for as long as four pushes', () => {
  expect(stands(59_999, 300, 5, 5)).toEqual([0, 0, 0, 1200, 0])
  expect(stands(59_999, 20, 5, 4)).toEqual([0, 0, 0, 250])
  expect(stands(59_999, 9000, 5, 4)).toEqual([0, 0, 0, 2000])
  expect(after(stands(60_000, 300, 5, 16))).toEqual([16])
})
