import { describe, expect, it } from 'vitest'
import { usedTokens } from './used-tokens.ts'

describe('the table of used tokens', () => {
  it('knows a token until it would be refused as too old', () => {
    let now = 0
    const table = usedTokens(() => now)
    expect(table.use('a', 100)).toBe('first')
    expect(table.use('b', 100)).toBe('first')
    now = 99
    expect(table.use('a', 100)).toBe('again')
    now = 100
    expect(table.use('a', 200)).toBe('first')
  })

  it('is bounded, forgets what is too old, and never what could be used again', () => {
    let now = 0
    const table = usedTokens(() => now, 100)
    for (let n = 0; n < 100; n += 1) expect(table.use(`a${n}`, n < 50 ? 10 : 20)).toBe('first')
    expect(table.use('one more', 30)).toBe('full')
    expect(table.use('a0', 10)).toBe('again')
    now = 10
    for (let n = 0; n < 50; n += 1) expect(table.use(`b${n}`, 30)).toBe('first')
    expect(table.use('one more', 30)).toBe('full')
    expect(table.use('a99', 20)).toBe('again')
  })
})
