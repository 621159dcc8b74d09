import type { Snapshot } from '../src/domain/snapshot.ts'
import { StoreIndex } from '../src/domain/store-index.ts'
import { renderStore } from '../src/operations/rendering/render-store.ts'
import { trackUpToDate } from '../src/reconcile/up-to-date.ts'
import { storeRecord } from '../src/testing/records.ts'
import { fleetPlatform, fleetStores } from './fleet.ts'
import { atMost, ms, type Row, timed } from './measure.ts'

/**
 * P9: detects that a changed platform.yaml affects no store, compared with rendering every store.
 */
export async function upToDateRows(many: number): Promise<readonly Row[]> {
  const { value: platform } = await fleetPlatform()
  const stores = await fleetStores(many)
  const records = stores.map((store) => {
    const made = storeRecord('2026-11-24T12:00:00Z', store)
    return { ...made, app: made.app === null ? null : { ...made.app, tree: made.manifestsTree } }
  })
  const upToDate = trackUpToDate()
  const stays = (next: Snapshot['platform']) =>
    records.filter((record) => upToDate.isUpToDate(record, next)).length
  upToDate.passFinished({ platform, stores: StoreIndex.of(records) })
  const next = { ...platform, maxStores: platform.maxStores - 1 }
  // Warm, like a server that has rendered its fleet once.
  stays({ ...platform })
  let left = 0
  const digestMs = await timed(() => (left = stays(next)))
  const renderMs = await timed(() => stores.forEach((store) => renderStore(store, platform)))
  return [
    {
      id: 'P9',
      what: `${left} of ${many} stores left alone by a platform.yaml that changes none, against rendering them`,
      figure: ms(digestMs),
      baseline: ms(renderMs),
      value: left === many ? digestMs / renderMs : Number.NaN,
      target: atMost(0.1),
    },
  ]
}
