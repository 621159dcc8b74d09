import { beforeEach, describe, expect, it } from 'vitest'
import { openTimeWatch, type TimeWatch } from './time-watch.ts'

const START = Date.parse('2026-11-29T12:00:00Z')
const MINUTE = 60_000
const DAY = 86_400_000

let wall = START
let uptime = 5000
let watch: TimeWatch
/** Advances both clocks, then takes a reading. */
const pass = (ms: number) => {
  wall += ms
  uptime += ms
  return watch.reading()
}
const step = (ms: number) => {
  wall += ms
  return watch.reading()
}

beforeEach(() => {
  wall = START
  uptime = 5000
  watch = openTimeWatch({ now: () => wall, uptimeMs: () => uptime })
})

describe('S3 a watch over the time', () => {
  it('counts the steady time from its start', () => {
    expect(pass(0)).toEqual({
      nowMs: START,
      startedMs: START,
      steadyForMs: 0,
      step: null,
      others: [],
    })
    expect(pass(DAY)).toMatchObject({ startedMs: START, steadyForMs: DAY, step: null })
  })

  it('detects a step of more than a minute and restarts the steady time', () => {
    pass(DAY)
    expect(step(59_000)).toMatchObject({ step: null, steadyForMs: DAY })
    expect(step(9 * DAY)).toMatchObject({ steadyForMs: 0, startedMs: START })
    const after = pass(MINUTE)
    expect(after.steadyForMs).toBe(MINUTE)
    expect(after.step).toEqual({ toMs: START + 10 * DAY + 59_000, byMs: 9 * DAY + 59_000 })
  })

  it('adds up small steps, and does not count slewing by 500 ppm as a step', () => {
    for (let n = 0; n < 3; n += 1) step(25_000)
    expect(watch.reading().step).toMatchObject({ byMs: 75_000 })
    watch = openTimeWatch({ now: () => wall, uptimeMs: () => uptime })
    for (let n = 0; n < 90; n += 1) {
      pass(DAY)
      step(DAY * 0.0005)
    }
    expect(watch.reading()).toMatchObject({ step: null })
  })

  it('drops a forward step that is undone, and keeps the rest of one that is partly undone', () => {
    step(9 * DAY)
    expect(step(-9 * DAY)).toMatchObject({ step: null, startedMs: START })
    step(9 * DAY)
    expect(step(-4 * DAY).step).toEqual({ toMs: START + 5 * DAY, byMs: 5 * DAY })
  })

  it('corrects its start time if the wall clock was ahead at the start', () => {
    expect(step(-9 * DAY)).toMatchObject({ step: null, startedMs: START - 9 * DAY, steadyForMs: 0 })
  })

  it('reports ten years back and ten years forth as a step forwards', () => {
    step(-3650 * DAY)
    expect(step(3650 * DAY).step).toMatchObject({ byMs: 3650 * DAY, toMs: START })
  })

  it('extrapolates the clock of another host by the monotonic clock', () => {
    watch.heard('Git host', START + 2000)
    expect(pass(DAY).others).toMatchObject([{ name: 'Git host', aheadMs: -2000 }])
    expect(step(9 * DAY).others).toEqual([
      {
        name: 'Git host',
        aheadMs: 9 * DAY - 2000,
        seen: { oursMs: START + 10 * DAY, theirsMs: START + DAY + 2000 },
      },
    ])
  })

  it('uses at most one response per host and minute, the newest of each host', () => {
    watch.heard('Git host', START)
    watch.heard('API server', START + 1000)
    pass(59_000)
    watch.heard('Git host', START - DAY)
    expect(watch.reading().others.map(({ aheadMs }) => aheadMs)).toEqual([0, -1000])
    pass(1000)
    watch.heard('Git host', wall - DAY)
    expect(watch.reading().others.map(({ aheadMs }) => aheadMs)).toEqual([DAY, -1000])
  })

  it('restarts the steady time once the clocks agree again', () => {
    pass(DAY)
    watch.heard('Git host', wall - 10 * MINUTE)
    expect(pass(DAY).steadyForMs).toBe(0)
    watch.heard('Git host', wall - MINUTE)
    expect(pass(MINUTE).steadyForMs).toBe(MINUTE)
  })

  it('keeps the two readings of a difference that does not change', () => {
    watch.heard('Git host', START - DAY)
    const first = pass(0).others[0]?.seen
    expect(first).toEqual({ oursMs: START, theirsMs: START - DAY })
    pass(DAY)
    watch.heard('Git host', wall - DAY + 1000)
    expect(pass(MINUTE).others[0]?.seen).toEqual(first)
  })
})
