import { expect, it, onTestFinished, vi } from 'vitest'
import { renderStore } from '../../src/operations/rendering/render-store.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import { storeFile } from '../../src/testing/records.ts'
import { openBusyThreads } from '../../src/threads/busy.ts'
import { openThreads } from '../../src/threads/threads.ts'

const platform = testPlatform()

/** Files as path and text. */
const plain = (files: ReadonlyMap<string, Uint8Array>) =>
  Array.from(files, ([path, bytes]) => [path, Buffer.from(bytes).toString('latin1')])

/** Real threads, with a clock that only moves when the test moves it. */
function busy() {
  let at = 0
  let used = 1
  const threads = openThreads({ few: 0, size: 1, nice: 0 })
  onTestFinished(() => threads.close())
  let rendered = 0
  const render: typeof threads.render = (...input) => {
    rendered += 1
    return threads.render(...input)
  }
  const watched = { ...threads, render }
  const opened = openBusyThreads({ now: () => at, utilization: () => used, threads: watched })
  const pass = (ms: number) => (at += ms)
  return { opened, pass, use: (share: number) => (used = share), rendered: () => rendered }
}

type Busy = ReturnType<typeof openBusyThreads>

/** Requests a number of renders. Returns for each one whether load is high. */
function ask(opened: Busy, times: number, between = () => {}) {
  return Array.from({ length: times }, () => {
    between()
    return opened.render() !== null
  })
}

/** One render. Its rejection is handled, so it may still be running when the threads close. */
function renderOne(opened: Busy, name: string) {
  const render = opened.render()?.(storeFile({ name }), platform)
  render?.catch(() => {})
  return render
}

/** Creates high load for a second with a busy event loop, then requests renders until a thread takes one. */
function untilWarm({ opened, pass }: Pick<ReturnType<typeof busy>, 'opened' | 'pass'>) {
  ask(opened, 159)
  expect(renderOne(opened, 'first')).toBeNull()
  pass(1000)
  return untilTaken(opened)
}

const untilTaken = (opened: Busy) =>
  vi.waitFor(() => expect(renderOne(opened, 'warm')).toBeInstanceOf(Promise), { timeout: 15_000 })

it('load is high from 160 renders within 5 s on, until the rate drops', () => {
  const { opened, pass } = busy()
  expect(ask(opened, 159)).not.toContain(true)
  expect(ask(opened, 40)).not.toContain(false)
  pass(5001)
  expect(ask(opened, 159)).not.toContain(true)
  expect(ask(opened, 1)).toEqual([true])
  expect(ask(opened, 200, () => pass(31))).not.toContain(false)
  expect(ask(opened, 200, () => pass(32)).slice(160)).not.toContain(true)
})

it('no request waits for a thread that is not warm or was idle', async () => {
  const { opened, pass } = busy()
  await untilWarm({ opened, pass })
  pass(3000)
  ask(opened, 159)
  expect(renderOne(opened, 'later')).toBeNull()
  pass(1000)
  expect(renderOne(opened, 'later')).toBeNull()
  await untilTaken(opened)
})

it('no thread is started while the event loop has time left, or for load before the requests', async () => {
  const { opened, pass, use, rendered } = busy()
  use(0.79)
  ask(opened, 159)
  for (let second = 0; second < 4; second += 1) {
    expect(renderOne(opened, 'first')).toBeNull()
    pass(1000)
  }
  expect(rendered()).toBe(0)
  use(1)
  pass(5000)
  ask(opened, 159)
  expect(renderOne(opened, 'after a while')).toBeNull()
  expect(rendered()).toBe(0)
  pass(1000)
  await untilTaken(opened)
})

it('at most 128 renders wait for a thread, and give the same files as this thread', async () => {
  const { opened, pass } = busy()
  await untilWarm({ opened, pass })
  const names = Array.from({ length: 128 }, (_, n) => `shop-${n}`)
  const renders = names.map((name) => renderOne(opened, name))
  const taken = renders.filter((render) => render instanceof Promise)
  // The render that showed that it is warm may still be running.
  expect(taken.length).toBeGreaterThanOrEqual(127)
  expect(renderOne(opened, 'one-more')).toBeNull()
  const made = await Promise.all(taken)
  const here = (n: number) => renderStore(storeFile({ name: names[n] ?? '' }), platform)
  expect(made.map((files) => plain(files ?? new Map()))).toEqual(made.map((_, n) => plain(here(n))))
  expect(renderOne(opened, 'after')).toBeInstanceOf(Promise)
})
