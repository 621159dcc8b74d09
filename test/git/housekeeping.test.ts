import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { Cache } from '../../src/adapters/git/cache/cache.ts'
import { Housekeeping } from '../../src/adapters/git/cache/housekeeping.ts'
import { Lane } from '../../src/adapters/git/cache/lane.ts'
import { importCommits } from '../../src/adapters/git/write/fast-import.ts'
import { noMetrics } from '../../src/domain/metrics.ts'
import { createBareRemote } from '../../src/testing/bare-remote.ts'
import { createChange, memoryLog } from '../../src/testing/writes.ts'
import { pause } from './harness.ts'

const AUTHOR = { name: 'storewright', email: 'storewright@localhost' }

/** A cache with additional packs, and a writer that is busy until `rest` is called. */
async function busyCache(packs: number) {
  const remote = await createBareRemote()
  const cache = new Cache({
    dataDir: join(remote.scratch, 'data'),
    remote: { kind: 'embedded', path: remote.path },
    branch: 'main',
    signing: null,
    metrics: noMetrics,
    log: memoryLog(),
  })
  await cache.open()
  const ids: string[] = []
  for (let n = 0; n < packs; n += 1) {
    const commit = { change: createChange('acme', `shop-${n}`), message: `add ${n}\n` }
    const made = await importCommits(
      cache.profile,
      ids.at(-1) ?? (await cache.head()),
      [commit],
      AUTHOR,
      1_790_000_000 + n,
    )
    ids.push(...made.ids)
  }
  const lane = new Lane()
  let busy = true
  const work = (async () => {
    // Two tasks at a time, so that one is always waiting.
    let last: Promise<void> = Promise.resolve()
    while (busy) {
      const next = lane.run(() => pause(20))
      await last
      last = next
    }
    await last
  })()
  const rest = async () => {
    busy = false
    await work
  }
  const keepers: Housekeeping[] = []
  onTestFinished(async () => {
    for (const keeper of keepers) keeper.stop()
    await rest()
    cache.objects.restart()
    await remote.remove()
  })
  const keep = (many: number, tooMany: number) => {
    const keeper = new Housekeeping({ cache, lane, log: memoryLog(), many, tooMany, lookMs: 50 })
    keepers.push(keeper)
    keeper.watch()
  }
  const count = async () =>
    (await readdir(join(cache.profile.directory, 'objects/pack'))).filter((entry) =>
      entry.endsWith('.pack'),
    ).length
  return { cache, ids, keep, count, rest }
}

it('joins many packs only when the writer is idle', async () => {
  const { cache, ids, keep, count, rest } = await busyCache(12)
  const before = await count()
  expect(before).toBeGreaterThanOrEqual(12)
  keep(10, 100)
  await pause(3000)
  expect(await count()).toBe(before)
  await rest()
  await vi.waitFor(async () => expect(await count()).toBeLessThan(4), { timeout: 15_000 })
  for (const id of ids) expect((await cache.objects.info(id))?.type).toBe('commit')
}, 40_000)

it('joins too many packs even if the writer is never idle', async () => {
  const { cache, ids, keep, count } = await busyCache(12)
  keep(5, 10)
  await vi.waitFor(async () => expect(await count()).toBeLessThan(4), { timeout: 15_000 })
  for (const id of ids) expect((await cache.objects.info(id))?.type).toBe('commit')
}, 40_000)
