import { expect, it, onTestFinished, vi } from 'vitest'
import { PushHold } from './push-hold.ts'

function stage() {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const hold = new PushHold()
  const passed: string[] = []
  const push = async (name: string) => {
    await hold.over()
    passed.push(name)
  }
  return { hold, passed, push }
}

it('lets pushes wait until the server has pushed, and others pass', async () => {
  const { hold, passed, push } = stage()
  await push('before')
  hold.begin()
  const waiting = push('during')
  await vi.advanceTimersByTimeAsync(1000)
  expect(passed).toEqual(['before'])
  hold.end()
  await waiting
  await push('after')
  expect(passed).toEqual(['before', 'during', 'after'])
})

it('lets no push wait longer than 5 s after the last attempt of the server began', async () => {
  const { hold, passed, push } = stage()
  hold.begin()
  void push('during')
  await vi.advanceTimersByTimeAsync(4000)
  hold.begin()
  await vi.advanceTimersByTimeAsync(4999)
  expect(passed).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(passed).toEqual(['during'])
})
