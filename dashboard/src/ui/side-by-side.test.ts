import { expect, it } from 'vitest'
import { sideBySide } from './side-by-side.ts'

const rowsOf = (oldStart: number, newStart: number, ...lines: string[]) =>
  sideBySide({ oldStart, oldLines: 0, newStart, newLines: 0, lines }).map(
    ({ before, after, same }) => [
      before && `${before.number} ${before.text}`,
      after && `${after.number} ${after.text}`,
      same,
    ],
  )

it('pairs removed lines with their replacements, each with its own line number', () => {
  expect(rowsOf(4, 7, ' a', '-b', '-c', '+B', ' d', '+e')).toEqual([
    ['4 a', '7 a', true],
    ['5 b', '8 B', false],
    ['6 c', null, false],
    ['7 d', '9 d', true],
    [null, '10 e', false],
  ])
})

it('shows a new or removed file on one side only', () => {
  expect(rowsOf(0, 1, '+a', '+')).toEqual([
    [null, '1 a', false],
    [null, '2 ', false],
  ])
  expect(rowsOf(1, 0, '-a')).toEqual([['1 a', null, false]])
})
