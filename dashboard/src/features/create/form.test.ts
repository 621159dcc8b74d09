import { describe, expect, it } from 'vitest'
import { CreateSchema, emptyForm, fieldOf, requestOf } from './form.ts'

describe('requestOf', () => {
  it('leaves out empty fields', () => {
    expect(requestOf({ ...emptyForm, name: 'my-shop' })).toEqual({ name: 'my-shop' })
  })

  it('contains every filled field', () => {
    const request = requestOf({
      ...emptyForm,
      name: 'my-shop',
      plan: 'large',
      admin: { user: 'ada' },
      site: { country: 'DE', currency: '' },
      sampleProduct: false,
      labels: 'tier=gold\n\nseasonal',
    })
    expect(request).toEqual({
      name: 'my-shop',
      plan: 'large',
      admin: { user: 'ada' },
      site: { country: 'DE' },
      sampleProduct: false,
      labels: { tier: 'gold', seasonal: '' },
    })
  })
})

describe('CreateSchema', () => {
  it.each([
    ['name', { name: 'My-Shop' }],
    ['admin.user', { name: 'a', admin: { user: 'admin' } }],
    ['site.currency', { name: 'a', site: { country: '', currency: 'euro' } }],
    ['labels', { name: 'a', labels: 'not a key=1' }],
  ])('points at %s', (field, typed) => {
    const issues = CreateSchema.safeParse({ ...emptyForm, ...typed }).error?.issues ?? []
    expect(issues.map(({ path }) => fieldOf(`#/${path.join('/')}`))).toEqual([field])
  })

  it('never rewrites a name', () => {
    expect(CreateSchema.safeParse({ ...emptyForm, name: ' my-shop' }).success).toBe(false)
  })
})

it.each([
  ['#/name', 'name'],
  ['#/admin/user', 'admin.user'],
  ['#/labels/a~1b', 'labels'],
  ['#/names', null],
  ['#', null],
])('finds the field of %s', (pointer, field) => {
  expect(fieldOf(pointer)).toBe(field)
})
