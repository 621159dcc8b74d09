import { expect, it } from 'vitest'
import { isNewer } from './generator.ts'

it.each([
  ['0.2.0', '0.1.0', true],
  ['0.10.0', '0.9.9', true],
  ['1.0.0', '0.99.99', true],
  ['0.1.0', '0.1.0', false],
  ['0.1.0', '0.2.0', false],
  ['0.1.1-rc.1', '0.1.0', true],
  ['newest', '0.1.0', false],
  ['0.1.0', '', false],
])('%s is newer than %s: %s', (a, b, newer) => {
  expect(isNewer(a, b)).toBe(newer)
})
