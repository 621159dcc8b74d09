import { describe, expect, it } from 'vitest'
import { may } from './me.ts'

const me = {
  permissions: { north: ['stores:read', 'stores:write'], south: ['stores:read'] },
} as const
const all = { permissions: { '*': ['stores:read', 'stores:delete'] } } as const
const of = (from: typeof me | typeof all) => ({
  permissions: Object.fromEntries(
    Object.entries(from.permissions).map(([team, scopes]) => [team, [...scopes]]),
  ),
})

describe('may', () => {
  it('counts the scope on the team, or on every team', () => {
    expect(may(of(me), 'stores:write', 'north')).toBe(true)
    expect(may(of(me), 'stores:write', 'south')).toBe(false)
    expect(may(of(me), 'stores:read', 'west')).toBe(false)
    expect(may(of(all), 'stores:delete', 'west')).toBe(true)
    expect(may(of(all), 'stores:write', 'west')).toBe(false)
  })

  it('without a team asks whether there is one', () => {
    expect(may(of(me), 'stores:write')).toBe(true)
    expect(may(of(me), 'stores:delete')).toBe(false)
    expect(may({ permissions: {} }, 'stores:read')).toBe(false)
  })
})
