import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { rowColumns } from '../contract/snapshot.ts'
import type { Batch } from '../observe/change-feed.ts'
import { type PhaseChange, watchPhases } from './watch-phases.ts'

const row = (name: string, phase: string) =>
  rowColumns.map((column) => ({ name, team: 'acme', phase })[column as string] ?? '')

function watch(start: Readonly<Record<string, string>> = {}, listed = Promise.resolve()) {
  const changes: PhaseChange[] = []
  let apply = (_batch: Batch): void => undefined
  const end = watchPhases({
    feed: {
      rows: () => Object.entries(start).map(([name, phase]) => row(name, phase)),
      subscribe(listener) {
        apply = listener
        return () => (apply = () => undefined)
      },
    },
    listed,
    windowMs: 60_000,
    onChange: (change) => changes.push(change),
  })
  const batch = { seq: 1, revision: '', upsert: [], remove: [] }
  return {
    changes,
    end,
    is: (name: string, phase: string) => apply({ ...batch, upsert: [row(name, phase)] }),
    gone: (name: string) => apply({ ...batch, remove: [row(name, 'Deleted')] }),
  }
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a watch of phases', () => {
  it('reports one change per store and phase, a minute after it', async () => {
    const { changes, is } = watch({ one: 'Ready' })
    await seconds(60)
    is('one', 'Progressing')
    is('one', 'Degraded')
    is('one', 'Degraded')
    await seconds(59)
    expect(changes).toEqual([])
    await seconds(1)
    const report = { name: 'one', team: 'acme', from: 'Ready', to: 'Degraded', between: null }
    expect(changes).toEqual([report])
    await seconds(600)
    is('one', 'Failed')
    await seconds(60)
    expect(changes).toEqual([report, { ...report, from: 'Degraded', to: 'Failed' }])
  })

  it('reports a short flap once', async () => {
    const { changes, is } = watch({ one: 'Ready' })
    await seconds(60)
    for (let n = 0; n < 20; n += 1) {
      is('one', n % 2 === 0 ? 'Degraded' : 'Ready')
      await seconds(2)
    }
    await seconds(60)
    expect(changes).toMatchObject([{ from: 'Ready', to: 'Ready', between: 'Degraded' }])
  })

  it('reports a new store that becomes ready, and no return to the same phase', async () => {
    const { changes, is } = watch({ one: 'Ready' })
    await seconds(60)
    is('two', 'Committed')
    is('two', 'Progressing')
    is('two', 'Ready')
    is('one', 'Syncing')
    is('one', 'Ready')
    is('one', 'Suspended')
    is('one', 'Ready')
    await seconds(60)
    expect(changes).toMatchObject([{ name: 'two', from: null, to: 'Ready' }])
  })

  it('does not report what a store is in the first minute after the first list', async () => {
    let isListed = (): void => undefined
    const { changes, is } = watch(
      { one: 'Failed', two: 'Committed' },
      new Promise((resolve) => (isListed = resolve)),
    )
    await seconds(600)
    is('two', 'Ready')
    isListed()
    await seconds(59)
    is('one', 'Ready')
    await seconds(600)
    expect(changes).toEqual([])
    is('two', 'Degraded')
    await seconds(60)
    expect(changes).toMatchObject([{ name: 'two', from: 'Ready', to: 'Degraded' }])
  })

  it('forgets a removed store, and reports nothing after its end', async () => {
    const { changes, is, gone, end } = watch({ one: 'Ready', two: 'Ready' })
    await seconds(60)
    is('one', 'Failed')
    gone('one')
    is('two', 'Failed')
    end()
    await seconds(600)
    expect(changes).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})
