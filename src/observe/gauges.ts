import { rowColumns, rowFlags } from '../contract/snapshot.ts'
import { VERSION } from '../contract/version.ts'
import { healths, syncs } from '../contract/words.ts'
import type { Access } from '../domain/access/access.ts'
import {
  goingAt,
  isOnItsWayOut,
  isPending,
  massDeletionOf,
} from '../domain/admission/mass-delete-limit.ts'
import { blockReasons, clockHosts } from '../domain/measures.ts'
import type { Readings } from '../domain/metrics.ts'
import type { Applications, Clock, StoresRepo, Time } from '../domain/ports.ts'
import type { Snapshot } from '../domain/snapshot.ts'
import type { ChangeFeed } from './change-feed.ts'

export interface GaugeSources {
  readonly repo: Pick<StoresRepo, 'snapshot' | 'state'>
  readonly feed: Pick<ChangeFeed, 'rows'>
  readonly applications: Pick<Applications, 'asOf'>
  readonly access: Pick<Access, 'tokens'>
  readonly streams: { readonly size: number }
  readonly clock: Clock
  readonly time: Time
  /** Version of Node, such as `v24.1.0`. */
  readonly node: string
}

const columns = Object.fromEntries(rowColumns.map((name, at) => [name, at])) as Record<
  (typeof rowColumns)[number],
  number
>

/** Plan of stores whose plan is not in platform.yaml, so that a push cannot add series. */
const OTHER_PLAN = 'other'

/** Reads every gauge from the state of this process, without I/O. Takes about 10 ms at 10,000 stores. */
export function readGauges(sources: GaugeSources): Readings {
  const { repo, feed, applications, access, streams, clock, time, node } = sources
  const now = clock.now()
  const state = repo.state()
  const at = repo.snapshot()
  const stores = countStores(feed, at)
  const one = (value: number) => [{ labels: {}, value }]
  return {
    storewright_stores: stores.byWords,
    storewright_invalid_stores: one(stores.invalid),
    storewright_modified_stores: one(stores.modified),
    storewright_lost_acked_stores: one(state.lost.length),
    storewright_git_fetch_age_seconds: one(state.fetchAgeMs / 1000),
    storewright_writes_blocked: blockReasons.map((reason) => ({
      labels: { reason },
      value: Number(state.blockedBy === reason),
    })),
    storewright_read_only: one(Number(state.rewrite !== null)),
    storewright_queue_depth: one(state.queued),
    storewright_held_deletions: one(heldDeletions(at, now)),
    storewright_argocd_watch_age_seconds: one(ageSeconds(applications.asOf(), now)),
    storewright_clock_skew_seconds: skewSeconds(time),
    storewright_token_expiry_seconds: one(tokenExpirySeconds(access, now)),
    storewright_sse_clients: one(streams.size),
    storewright_build_info: [{ labels: { version: VERSION, node }, value: 1 }],
  }
}

/** Every combination of words and plans is counted, also at 0, so that the series stay the same. */
function countStores({ rows }: GaugeSources['feed'], { platform }: Snapshot) {
  const plans = [...Object.keys(platform.plans), OTHER_PLAN]
  const known = new Set(plans)
  const counts = new Map<string, number>()
  let invalid = 0
  let modified = 0
  for (const row of rows()) {
    const flags = Number(row[columns.flags])
    if ((flags & rowFlags.deleted) !== 0) continue
    if (row[columns.reason] === 'InvalidSpec') invalid += 1
    if ((flags & rowFlags.modified) !== 0) modified += 1
    const given = String(row[columns.plan])
    const plan = known.has(given) ? given : OTHER_PLAN
    const key = `${row[columns.health]} ${row[columns.sync]} ${plan}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const byWords = healths.flatMap((health) =>
    syncs.flatMap((sync) =>
      plans.map((plan) => ({
        labels: { health, sync, plan },
        value: counts.get(`${health} ${sync} ${plan}`) ?? 0,
      })),
    ),
  )
  return { byWords, invalid, modified }
}

function heldDeletions(at: Snapshot, now: number): number {
  const massDeletion = massDeletionOf(goingAt(at, now), at.platform.massDelete, at.stores.size)
  if (massDeletion === null) return 0
  return at.stores.storesWhere(isOnItsWayOut).filter(isPending).length
}

/** @param asOf milliseconds since the Unix epoch; 0 = never */
function ageSeconds(asOf: number, now: number): number {
  return asOf === 0 ? Infinity : Math.max(0, now - asOf) / 1000
}

function skewSeconds(time: Time): Readings['storewright_clock_skew_seconds'] {
  return time.reading().others.flatMap(({ name, aheadMs }) => {
    const host = clockHosts.find((known) => known === name.toLowerCase().replaceAll(' ', '_'))
    return host === undefined ? [] : [{ labels: { host }, value: aheadMs / 1000 }]
  })
}

function tokenExpirySeconds(access: GaugeSources['access'], now: number): number {
  const left = access
    .tokens()
    .map(({ expiresAt }) => (Date.parse(expiresAt) - now) / 1000)
    .filter((seconds) => seconds > 0)
  return Math.min(...left)
}
