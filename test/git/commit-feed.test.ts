import { describe, expect, it, onTestFinished } from 'vitest'
import type { CloudEvent } from '../../src/notify/cloud-event.ts'
import type { Position } from '../../src/notify/ports.ts'
import { startEvents } from '../../src/notify/send-events.ts'
import type { BareRemote } from '../../src/testing/bare-remote.ts'
import { harness } from './harness.ts'

const file = (name: string) => `stores/acme/${name}/store.yaml`
const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`

/** Commits a file on a branch. @param parents first parent first */
async function commitOn(
  remote: BareRemote,
  ref: string,
  parents: readonly string[],
  names: readonly string[],
): Promise<string> {
  const [from = '', ...merged] = parents
  const rows = names.map((name) => `M 100644 inline ${file(name)}\n${data(name)}`)
  const lines = [
    `commit ${ref}\ncommitter p <p@example.com> 1790000000 +0000\n${data(names.join(' '))}`,
    `from ${from}\n${merged.map((id) => `merge ${id}\n`).join('')}${rows.join('')}done\n`,
  ]
  await remote.git(['fast-import', '--quiet', '--force', '--done'], lines.join(''))
  return (await remote.git(['rev-parse', ref])).trim()
}

async function sender(start: Position | null) {
  const { remote, open, log } = await harness()
  const state = { position: start, sent: [] as CloudEvent[], accepts: Infinity }
  const run = async () => {
    const repo = await open({ fetchIntervalMs: 50 })
    const events = startEvents({
      repo,
      receiver: {
        async deliver(event) {
          if (state.sent.length >= state.accepts) return 'status 500'
          state.sent.push(event)
          return null
        },
      },
      positions: {
        read: async () => state.position,
        write: async (position) => void (state.position = position),
      },
      turn: { isOurs: () => true },
      source: 'https://shops.example',
      clock: { now: () => Date.now() },
      log,
      backoff: { firstMs: 10, longestMs: 20, random: () => 0 },
    })
    onTestFinished(() => events.close())
    return events
  }
  const stores = () => state.sent.map((event) => event.data.store)
  return { remote, state, run, stores, log }
}

describe('events of merged branches', () => {
  it('are all sent, also when the merge puts the side branch first', async () => {
    const { remote, state, run, stores } = await sender(null)
    const base = await remote.head()
    const first = await run()
    await expect.poll(() => state.position?.to).toBe(base)
    const main = await commitOn(remote, 'refs/heads/main', [base], ['one', 'two'])
    await expect.poll(stores).toEqual(['one', 'two'])
    await first.close()
    const side = await commitOn(remote, 'refs/heads/side', [base], ['three'])
    const late = await commitOn(remote, 'refs/heads/side', [side], ['four'])
    await commitOn(remote, 'refs/heads/main', [late, main], ['one', 'two', 'five'])
    await run()
    await expect.poll(stores).toEqual(['one', 'two', 'three', 'four', 'five'])
    expect(new Set(state.sent.map(({ id }) => id)).size).toBe(5)
  })

  it('of a long backlog continue after the last accepted one, in order', async () => {
    const { remote, state, run, stores, log } = await sender(null)
    const base = await remote.head()
    state.position = { after: base, to: base, sent: null }
    const names = Array.from({ length: 250 }, (_, n) => `shop-${n}`)
    for (const name of names) await remote.commit({ [file(name)]: name })
    state.accepts = 0
    const first = await run()
    await expect.poll(() => log.lines.length).toBeGreaterThan(0)
    state.accepts = 120
    await expect.poll(() => state.sent.length).toBe(120)
    await first.close()
    expect(state.position?.sent).toBe(state.sent.at(-1)?.data.commit)
    state.accepts = Infinity
    await run()
    await expect.poll(() => state.sent.length).toBe(250)
    expect(stores()).toEqual(names)
  })

  it('begin at the head where one commit of the position is unknown', async () => {
    const { remote, state, run, stores, log } = await sender(null)
    const head = await remote.head()
    state.position = { after: 'a'.repeat(40), to: head, sent: null }
    await remote.commit({ [file('one')]: 'one' })
    await run()
    const told = () =>
      log.lines.some(({ message }) => message.includes('begin at the present head'))
    await expect.poll(told, { timeout: 20_000 }).toBe(true)
    await remote.commit({ [file('two')]: 'two' })
    await expect.poll(stores).toEqual(['two'])
  })
})
