import { expect, it, onTestFinished, vi } from 'vitest'
import { renderStore } from '../../src/operations/render-store.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import { storeFile } from '../../src/testing/records.ts'
import { openBusyThreads } from '../../src/threads/busy.ts'
import { openThreads } from '../../src/threads/threads.ts'

const platform = testPlatform()

/** Path -> bytes as text. */
const plain = (files: ReadonlyMap<string, Uint8Array>) =>
  Array.from(files, ([path, bytes]) => [path, Buffer.from(bytes).toString('latin1')])

/** Real threads, and a clock that stands still until it is moved. */
function busy() {
  let at = 0
  const threads = openThreads({ few: 0, size: 1, nice: 0 })
  onTestFinished(() => threads.close())
  const opened = openBusyThreads({ now: () => at, threads })
  return { opened, pass: (ms: number) => (at += ms) }
}

type Busy = ReturnType<typeof openBusyThreads>

/** Asks for a render so many times; which of them are many? */
function ask(opened: Busy, times: number, between = () => {}) {
  return Array.from({ length: times }, () => {
    between()
    return opened.render() !== null
  })
}

/** One render; whoever does not wait for it does not mind that the threads are closed at the end. */
function renderOne(opened: Busy, name: string) {
  const render = opened.render()?.(storeFile({ name }), platform)
  render?.catch(() => {})
  return render
}

/** Goes on asking until a thread takes a render. */
const untilWarm = (opened: Busy) =>
  vi.waitFor(() => expect(renderOne(opened, 'warm')).toBeInstanceOf(Promise), { timeout: 15_000 })

it('32 renders within a second are many, for as long as it goes on like that', () => {
  const { opened, pass } = busy()
  expect(ask(opened, 31)).not.toContain(true)
  expect(ask(opened, 40)).not.toContain(false)
  pass(1001)
  expect(ask(opened, 31)).not.toContain(true)
  expect(ask(opened, 1)).toEqual([true])
  expect(ask(opened, 100, () => pass(32))).not.toContain(false)
  expect(ask(opened, 100, () => pass(33)).slice(40)).not.toContain(true)
})

it('nobody waits for a thread that is not warm, nor for one that had nothing to do', async () => {
  const { opened, pass } = busy()
  ask(opened, 31)
  expect(renderOne(opened, 'first')).toBeNull()
  expect(renderOne(opened, 'second')).toBeNull()
  await untilWarm(opened)
  pass(3000)
  ask(opened, 31)
  expect(renderOne(opened, 'later')).toBeNull()
  await untilWarm(opened)
})

it('128 renders wait for a thread at most; what they give is what this thread gives', async () => {
  const { opened } = busy()
  ask(opened, 31)
  await untilWarm(opened)
  const names = Array.from({ length: 128 }, (_, n) => `shop-${n}`)
  const renders = names.map((name) => renderOne(opened, name))
  const taken = renders.filter((render) => render instanceof Promise)
  // The one that it became warm with may still be on its way.
  expect(taken.length).toBeGreaterThanOrEqual(127)
  expect(renderOne(opened, 'one-more')).toBeNull()
  const made = await Promise.all(taken)
  const here = (n: number) => renderStore(storeFile({ name: names[n] ?? '' }), platform)
  expect(made.map((files) => plain(files ?? new Map()))).toEqual(made.map((_, n) => plain(here(n))))
  expect(renderOne(opened, 'after')).toBeInstanceOf(Promise)
})
