import { expect, it } from 'vitest'
import { countMoved, keepPlaces } from './steady-order.ts'

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
])('keeps %j in place for the sorted order %j', (kept, names, expected) => {
  expect(keepPlaces(kept, names)).toEqual(expected)
})

it.each([
  [['a', 'b', 'c'], ['a', 'b', 'c'], 0],
  // A store that becomes the worst shifts all others by one place.
  [['a', 'b', 'c', 'd'], ['d', 'a', 'b', 'c'], 1],
  [['a', 'b', 'c', 'd'], ['c', 'a', 'd', 'b'], 2],
  [['a', 'b', 'c'], ['c', 'b', 'a'], 2],
  [[], [], 0],
])('from %j to %j moves %i stores', (order, names, moved) => {
  expect(countMoved(order, names)).toBe(moved)
})
