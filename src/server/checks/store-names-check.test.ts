import { describe, expect, it } from 'vitest'
import { memoryRepo } from '../../testing/memory-repo.ts'
import { testPlatform } from '../../testing/platform.ts'
import { storeNames } from './store-names-check.ts'

describe('storeNames', () => {
  const { snapshot } = memoryRepo(testPlatform())
  const found = (duplicates: readonly string[]) =>
    storeNames({ repo: { snapshot: () => ({ ...snapshot(), duplicates }) } })

  it('passes while every folder has a unique name', () => {
    expect(found([]).level).toBe('ok')
  })

  it('fails for folders with the name of another store, and names the fix', () => {
    expect(found(['acme/shop', 'zoo/shop'])).toMatchObject({
      level: 'fail',
      detail: expect.stringContaining('2 folders, such as stores/acme/shop') as string,
      fix: expect.stringContaining('rename stores/acme/shop') as string,
    })
  })
})
