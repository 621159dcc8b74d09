import { expect, it } from 'vitest'
import { tellDate } from './answer-date.ts'

it.each([
  ['an answer of now', { date: 'Mon, 30 Nov 2026 01:20:00 GMT' }, [Date.UTC(2026, 10, 30, 1, 20)]],
  ['an answer out of a cache', { date: 'Mon, 30 Nov 2026 01:20:00 GMT', age: '0' }, []],
  ['an answer without a date', {}, []],
  ['a date that is none', { date: 'tomorrow' }, []],
] as const)('S3 passes on the date of an answer: %s', (_what, headers, expected) => {
  const heard: number[] = []
  tellDate(headers, (dateMs) => heard.push(dateMs))
  expect(heard).toEqual(expected)
  expect(() => tellDate(headers, undefined)).not.toThrow()
})
