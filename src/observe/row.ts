import { type Row, type rowColumns, rowFlags } from '../contract/snapshot.ts'
import type { Store } from '../contract/store.ts'

/** Converts a store to the columns of the stream and the snapshot. */
export function rowOf(store: Store): Row {
  const values: Record<(typeof rowColumns)[number], string | number> = {
    name: store.name,
    team: store.team,
    plan: store.plan,
    phase: store.phase,
    health: store.health,
    sync: store.sync,
    change: store.change.state,
    changeBy: store.change.by,
    changeAt: seconds(store.change.at),
    version: store.version.woocommerce,
    createdAt: seconds(store.createdAt),
    flags: flagsOf(store),
    reason: store.reason,
  }
  return Object.values(values)
}

function seconds(time: string): number {
  return Math.floor(Date.parse(time) / 1000)
}

function flagsOf(store: Store): number {
  return (
    (store.stale ? rowFlags.stale : 0) +
    (store.modified ? rowFlags.modified : 0) +
    (store.autoSync ? 0 : rowFlags.autoSyncOff) +
    (store.url === '' ? 0 : rowFlags.served) +
    (store.deletedAt === null ? 0 : rowFlags.deleted)
  )
}
