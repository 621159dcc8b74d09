import { describe, expect, it } from 'vitest'
import { personOf } from './person.ts'
import { boundGroups, grantsOf } from './role-bindings.ts'

describe('personOf', () => {
  it('takes groups from the ID token and from userinfo, as a list or as one text', () => {
    const idToken = { sub: 'a', groups: ['x', 'y'] }
    expect(personOf(idToken, { groups: 'z' }, 'groups').groups).toEqual(['x', 'y', 'z'])
    expect(personOf({ sub: 'a', roles: ['r'] }, {}, 'roles').groups).toEqual(['r'])
    expect(personOf({ sub: 'a', groups: [1, '', null, {}] }, {}, 'groups').groups).toEqual([])
  })

  it.each([
    [{ sub: 'a', hasgroups: true }, {}],
    [{ sub: 'a', _claim_names: { groups: 'src1' } }, {}],
    [{ sub: 'a' }, { _claim_names: { groups: 'src1' } }],
  ])('notices that the provider left the groups out: %j %j', (idToken, userInfo) => {
    expect(personOf(idToken, userInfo, 'groups').hasMoreGroups).toBe(true)
    expect(personOf({ sub: 'a', groups: ['x'] }, {}, 'groups').hasMoreGroups).toBe(false)
  })

  it('never takes an address for the subject, and shows a name of at most 80 characters', () => {
    const claims = { sub: '42', email: 'ana@example.com', preferred_username: '  ', name: 7 }
    expect(personOf(claims, {}, 'groups')).toMatchObject({ subject: '42', name: 'ana@example.com' })
    expect(personOf({ sub: 'a', name: 'x'.repeat(200) }, {}, 'groups').name).toHaveLength(80)
    expect(personOf({ sub: 'a' }, {}, 'groups').name).toBe('a')
  })
})

describe('role bindings', () => {
  const bindings = [
    { group: 'north', team: 'default', role: 'viewer' },
    { subject: 'ana', team: 'default', role: 'operator' },
    { group: 'ana', team: '*', role: 'admin' },
  ] as const

  it('add up for one team, and never take a subject for a group', () => {
    const grants = grantsOf(bindings, { subject: 'ana', groups: ['north'] })
    expect([...grants.keys()]).toEqual(['default'])
    expect([...(grants.get('default') ?? [])]).toEqual(['stores:read', 'stores:write'])
    expect(grantsOf(bindings, { subject: 'north', groups: ['North', 'nort'] }).size).toBe(0)
  })

  it('name the groups that have an effect', () => {
    expect(boundGroups(bindings, ['north', 'x', 'ana'])).toEqual(['north', 'ana'])
  })
})
