import { expect, it } from 'vitest'
import { keepPlaces } from './steady-order.ts'

it.each([
  [
    ['a', 'b', 'c'],
    ['c', 'a', 'b'],
    ['a', 'b', 'c'],
  ],
  [
    ['a', 'b'],
    ['new', 'b'],
    ['b', 'new'],
  ],
  [[], ['a', 'b'], ['a', 'b']],
  [['a'], [], []],
])('keeps %j in place when the sort says %j', (kept, names, expected) => {
  expect(keepPlaces(kept, names)).toEqual(expected)
})
