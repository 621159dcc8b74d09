import { expect, it } from 'vitest'
import { memoryLog } from '../../testing/writes.ts'
import { watchOutage } from './outage.ts'

function fixture() {
  let at = 1
  const log = memoryLog()
  return { outage: watchOutage(log, () => at), log, pass: (ms: number) => (at += ms) }
}

it('Redis is skipped for a second after it failed, and then one request tries it', () => {
  const { outage, pass } = fixture()
  expect([outage.mayTry(), outage.mayTry()]).toEqual([true, true])
  outage.failed(new Error('gone'))
  expect(outage.mayTry()).toBe(false)
  pass(1000)
  expect([outage.mayTry(), outage.mayTry()]).toEqual([true, false])
  outage.answered()
  expect([outage.mayTry(), outage.mayTry()]).toEqual([true, true])
})

it('F22 one line a minute is logged while Redis fails, and one when it answers again', () => {
  const { outage, log, pass } = fixture()
  for (let n = 0; n < 121; n += 1) {
    outage.failed(new Error('gone'))
    outage.skipped()
    pass(1000)
  }
  const line = { level: 'warn', detail: 'gone' }
  expect(log.lines).toMatchObject([line, line, line])
  outage.answered()
  outage.answered()
  expect(log.lines.slice(3)).toMatchObject([{ level: 'info' }])
  expect(outage.count).toBe(121)
})

it('a Redis that fails every other second logs two lines a minute at most', () => {
  const { outage, log, pass } = fixture()
  for (let n = 0; n < 60; n += 1) {
    outage.failed(new Error('slow'))
    outage.answered()
    pass(999)
  }
  expect(log.lines).toHaveLength(2)
})
