import { renderWooStore } from '../constructs/index.ts'
import { propsOf } from '../src/operations/resolve-store.ts'
import { fleetPlatform, fleetStores } from './fleet.ts'
import { atMost, ms, percentile, type Row, timed } from './measure.ts'
import { renderStore } from '../src/operations/render-store.ts'
import { synthYaml } from './naive-writer.ts'
import { residentMegabytes } from './process-memory.ts'

/** P6, P7, P8. `many` = stores of the long run. */
export async function renderRows(renders: number, many: number): Promise<readonly Row[]> {
  return [...(await printerRows(renders)), ...(await fleetRows(many))]
}

/** P7, P8: every store of a fleet to bytes, one after another on one thread, and what that leaves in memory. */
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
  const megabytes = await residentMegabytes(process.pid)
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
      what: `re-render of ${many} stores, one thread, per 10,000`,
      figure: `${(longMs / 1000).toFixed(1)} s`,
      baseline: '',
      value: ((longMs / 1000) * 10_000) / many,
      target: atMost(20, 's'),
    },
    { ...memory, what: 'resident memory after it', figure: `${megabytes.toFixed(0)} MB` },
  ]
}

/** P6: one store to bytes, warm, ours and cdk8s' own printer in turn over the same chart. */
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
