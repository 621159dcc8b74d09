import { expect, it } from 'vitest'
import { age } from './time.tsx'

it.each([
  [0, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [7_199_000, '1 h'],
  [172_800_000, '2 d'],
  [-5000, '0 s'],
])('an age of %i ms is %s', (ms, text) => {
  expect(age(0, ms)).toBe(text)
})
