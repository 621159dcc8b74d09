import { expect, it } from 'vitest'
import { attemptFor } from './draft.ts'

it('keeps the key only for the same body', () => {
  let made = 0
  const newKey = () => `key-${(made += 1)}`
  const first = attemptFor('{"name":"a"}', null, newKey)
  expect(attemptFor('{"name":"a"}', first, newKey)).toBe(first)
  expect(attemptFor('{"name":"b"}', first, newKey).key).toBe('key-2')
})
