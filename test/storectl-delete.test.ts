import { expect, it } from 'vitest'
import { testPlatform } from '../src/testing/platform.ts'
import { httpFixture } from './http/fixture.ts'
import { storectlOf } from './storectl-fixture.ts'

it.each([
  ['the purge follows at once', ''],
  ['would be kept for 7 days', 'deletion: {retentionDays: 7}\n'],
])('storectl delete without --yes states what happens to the data: %s', async (words, yaml) => {
  const http = httpFixture(
    {},
    testPlatform((text) => `${text}${yaml}`),
  )
  await http.post('/api/v1/stores', { name: 'shop' })
  const storectl = await storectlOf(http)
  const { code, err } = await storectl('delete', 'shop')
  expect([code, err]).toEqual([2, expect.stringContaining(words)])
  expect(http.repo.landed).toHaveLength(1)
  expect((await storectl('delete', 'shop', '--yes')).code).toBe(0)
  expect(http.repo.landed.at(-1)?.action).toBe('delete')
})
