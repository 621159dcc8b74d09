import { expect, it, onTestFinished } from 'vitest'
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

/** Asks for a render so many times; which of them are to be done on a thread? */
function ask(opened: ReturnType<typeof openBusyThreads>, times: number, between = () => {}) {
  return Array.from({ length: times }, () => {
    between()
    return opened.render() !== null
  })
}

it('threads are used from the 32nd render within a second on, and no longer than it goes on like that', () => {
  const { opened, pass } = busy()
  expect(ask(opened, 31)).not.toContain(true)
  expect(ask(opened, 40)).not.toContain(false)
  pass(1001)
  expect(ask(opened, 31)).not.toContain(true)
  expect(ask(opened, 1)).toEqual([true])
  expect(ask(opened, 100, () => pass(32))).not.toContain(false)
  expect(ask(opened, 100, () => pass(33)).slice(40)).not.toContain(true)
})

it('128 renders wait for a thread at most; what they give is what this thread gives', async () => {
  const { opened } = busy()
  ask(opened, 31)
  const stores = Array.from({ length: 128 }, (_, n) => storeFile({ name: `shop-${n}` }))
  const renders = stores.map((store) => opened.render()?.(store, platform))
  expect(opened.render()).toBeNull()
  for (const [n, made] of (await Promise.all(renders)).entries()) {
    const here = renderStore(storeFile({ name: `shop-${n}` }), platform)
    expect(plain(made ?? new Map())).toEqual(plain(here))
  }
  expect(opened.render()).not.toBeNull()
})
