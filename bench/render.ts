import { renderWooStore } from '../constructs/index.ts'
import { propsOf } from '../src/operations/resolve-store.ts'
import { fleetPlatform, fleetStores } from './fleet.ts'
import { atMost, ms, percentile, type Row, timed } from './measure.ts'
import { synthYaml } from './naive-writer.ts'

/** P6: one store to bytes, warm, ours and cdk8s' own printer in turn over the same chart. */
export async function renderRows(renders: number): Promise<readonly Row[]> {
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
