import { expect, expectTypeOf, it } from 'vitest'
import { compact } from './compact.ts'

it('leaves out members that are undefined, and keeps null, false, 0 and the order', () => {
  const made = compact({ z: null, b: undefined, a: 0, c: false, d: '' })
  expect(JSON.stringify(made)).toBe('{"z":null,"a":0,"c":false,"d":""}')
  expect('b' in made).toBe(false)
})

it('gives optional members the type without undefined', () => {
  const made = compact({ name: 'shop', team: undefined as string | undefined })
  expectTypeOf(made).toEqualTypeOf<{ name: string } & { team?: string }>()
})
