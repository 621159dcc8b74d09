import { renderWooStore } from '../constructs/index.ts'
import type { Platform } from '../src/contract/platform-file.ts'
import type { StoreFile } from '../src/contract/store-file.ts'
import { renderStore } from '../src/operations/rendering/render-store.ts'
import { propsOf } from '../src/operations/rendering/resolve-store.ts'
import { openThreads } from '../src/threads/threads.ts'
import { fleetPlatform, fleetStores } from './fleet.ts'
import { atMost, ms, percentile, type Row, timed } from './measure.ts'
import { synthYaml } from './naive-writer.ts'
import { residentMegabytes } from './process-memory.ts'

/** P6, P7, P8. `many` is the number of stores of the long run. */
export async function renderRows(renders: number, many: number): Promise<readonly Row[]> {
  return [...(await printerRows(renders)), ...(await fleetRows(many))]
}

/** Number of stores per request of the reconciler. */
const CHUNK = 100

const THREADS = 2

/**
 * P7: renders every store of a fleet, one after another on one thread. P8: on two threads, like the
 * server.
 */
async function fleetRows(many: number): Promise<readonly Row[]> {
  const { value: platform } = await fleetPlatform()
  const stores = await fleetStores(many)
  const few = Math.max(1, Math.min(100, Math.floor(many / 10)))
  const render = (count: number) =>
    timed(() => {
      for (const store of stores.slice(0, count)) renderStore(store, platform)
    })
  const short = (await render(few)) / few
  const longMs = await render(many)
  const { startMs, eachMs, megabytes } = await onThreads(stores, platform)
  const inAll = (10_000 * eachMs + startMs) / 1000
  const alone = ((longMs / many) * 10_000) / 1000
  const memory = { id: 'P8', baseline: '', value: megabytes, target: atMost(600, 'MB') }
  return [
    {
      id: 'P7',
      what: `render per store, ${many} in a row against ${few}`,
      figure: ms(longMs / many),
      baseline: ms(short),
      value: longMs / many / short,
      target: atMost(1.3),
    },
    {
      id: 'P8',
      what: `re-render of ${many} stores, ${THREADS} threads and their start, per 10,000, against one`,
      figure: `${inAll.toFixed(1)} s`,
      baseline: `${alone.toFixed(1)} s`,
      value: inAll,
      target: atMost(20, 's'),
    },
    { ...memory, what: 'resident memory after it', figure: `${megabytes.toFixed(0)} MB` },
  ]
}

/**
 * Measures the first chunk separately, because its start-up cost does not depend on the size of the
 * fleet.
 */
async function onThreads(stores: readonly StoreFile[], platform: Platform) {
  const threads = openThreads({ size: THREADS })
  const render = (from: number, to: number) =>
    timed(async () => {
      for (let at = from; at < to; at += CHUNK) {
        const chunk = stores.slice(at, Math.min(at + CHUNK, to))
        await Promise.all(chunk.map((store) => threads.render(store, platform)))
      }
    })
  const first = Math.min(CHUNK, Math.ceil(stores.length / 2))
  const startMs = await render(0, first)
  const eachMs = (await render(first, stores.length)) / (stores.length - first)
  const megabytes = await residentMegabytes(process.pid)
  await threads.close()
  return { startMs, eachMs, megabytes }
}

/**
 * P6: renders one store, warm, alternating between our printer and that of cdk8s on the same chart.
 */
async function printerRows(renders: number): Promise<readonly Row[]> {
  const { value: platform } = await fleetPlatform()
  const stores = await fleetStores(renders + Math.ceil(renders / 4))
  const ours: number[] = []
  const theirs: number[] = []
  for (const [n, store] of stores.entries()) {
    const mine = await timed(() => renderWooStore(propsOf(store, platform)))
    const naive = await timed(() => synthYaml(store, platform))
    if (n < stores.length - renders) continue
    ours.push(mine)
    theirs.push(naive)
  }
  const [median, naive] = [percentile(ours, 50), percentile(theirs, 50)]
  return [
    {
      id: 'P6',
      what: `render of one store, warm, p50 of ${renders} (p95 ${ms(percentile(ours, 95))})`,
      figure: ms(median),
      baseline: ms(naive),
      value: median / naive,
      target: atMost(0.4),
    },
  ]
}
