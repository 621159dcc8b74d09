import { expect, it } from 'vitest'
import { differing, editOf, patchOf, rebased, shown } from './edit.ts'

const store = { plan: 'small', release: '2026.11', title: 'shop', autoSync: true, labels: {} }
const base = editOf(store)

it('asks only for what the person changed', () => {
  expect(patchOf({ ...base, plan: 'medium' }, base)).toEqual({ plan: 'medium' })
  expect(patchOf(base, base)).toEqual({})
})

it.each([
  ['tier=gold\n  area = eu \n\n', { tier: 'gold', area: 'eu' }],
  ['bare', { bare: '' }],
  ['a=b=c', { a: 'b=c' }],
  [' \n', null],
])('reads labels %j', (labels, expected) => {
  const gold = editOf({ ...store, labels: { tier: 'silver' } })
  expect(patchOf({ ...gold, labels }, gold)).toEqual({ labels: expected })
})

it('keeps what the person typed on top of what others changed', () => {
  const now = editOf({ ...store, plan: 'large', title: 'theirs' })
  const fields = { ...base, title: 'mine' }
  expect(differing(now, base)).toEqual(['plan', 'title'])
  expect(rebased(fields, base, now)).toEqual({ ...base, plan: 'large', title: 'mine' })
})

it('says values in words', () => {
  const edit = editOf({ ...store, autoSync: false, labels: { b: '2', a: '1' } })
  expect([shown(edit, 'autoSync'), shown(edit, 'labels'), shown(base, 'labels')]).toEqual([
    'off',
    'a=1, b=2',
    'none',
  ])
})
