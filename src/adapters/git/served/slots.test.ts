import { describe, expect, it } from 'vitest'
import { slots } from './slots.ts'

const never = new AbortController().signal

describe('slots', () => {
  it('gives places in the order of asking', async () => {
    const free = slots(1, 2)
    const order: string[] = []
    expect(await free.take(never)).toBe(true)
    const waiting = ['a', 'b'].map(async (name) => {
      await free.take(never)
      order.push(name)
      free.give()
    })
    free.give()
    await Promise.all(waiting)
    expect(order).toEqual(['a', 'b'])
    expect(await free.take(never)).toBe(true)
  })

  it('refuses who comes after the line is full', async () => {
    const free = slots(1, 1)
    await free.take(never)
    const second = free.take(never)
    expect(await free.take(never)).toBe(false)
    free.give()
    expect(await second).toBe(true)
  })

  it('gives no place to who has left, and loses none', async () => {
    const free = slots(1, 1)
    const left = new AbortController()
    await free.take(never)
    const leaving = free.take(left.signal)
    left.abort()
    expect(await leaving).toBe(false)
    expect(await free.take(left.signal)).toBe(false)
    free.give()
    expect(await free.take(never)).toBe(true)
  })
})
