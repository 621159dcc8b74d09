import { createHash } from 'node:crypto'
import { rowColumns, type Row, type Snapshot } from '../contract/snapshot.ts'
import type { ChangeFeed } from '../observe/change-feed.ts'

/** Columns with repeated values. Each value is sent once and referenced by index. */
const REPEATED = [
  'team',
  'plan',
  'phase',
  'health',
  'sync',
  'change',
  'changeBy',
  'version',
  'reason',
] as const

export interface PreparedSnapshot {
  /** Quoted `<boot>.<seq>`, followed by a digest of the teams if it is limited to some. */
  readonly etag: string
  readonly json: string
  /** The same in compressed form, created once per state of the feed. */
  gzip(): Promise<Uint8Array<ArrayBuffer>>
}

/** Prepared snapshots that are kept, one per set of teams. */
const MOST_KEPT = 64

/**
 * Returns the newest snapshot with the stores of these teams, rebuilt only after the feed has
 * changed.
 */
export function snapshotCache(
  feed: ChangeFeed,
): (teams: ReadonlySet<string> | null) => PreparedSnapshot {
  const last = new Map<string, PreparedSnapshot>()
  return (teams) => {
    const key = teams === null ? '' : `-${digest([...teams].toSorted().join(' '))}`
    const etag = `"${feed.boot}.${feed.seq()}${key}"`
    const known = last.get(key)
    if (known?.etag === etag) return known
    if (last.size >= MOST_KEPT) last.clear()
    const prepared = prepare(feed, etag, teams)
    last.set(key, prepared)
    return prepared
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

function prepare(
  feed: ChangeFeed,
  etag: string,
  teams: ReadonlySet<string> | null,
): PreparedSnapshot {
  const json = JSON.stringify(compact(feed, teams))
  let packed: Promise<Uint8Array<ArrayBuffer>> | null = null
  return { etag, json, gzip: () => (packed ??= compressed(json)) }
}

const TEAM = rowColumns.indexOf('team')

/** Builds the snapshot of the feed's rows. Repeated values become indexes into `dict`. */
export function compact(feed: ChangeFeed, teams: ReadonlySet<string> | null = null): Snapshot {
  const dict: Record<string, string[]> = {}
  const places = rowColumns.map((column) => {
    if (!REPEATED.some((repeated) => repeated === column)) return null
    dict[column] = []
    return { values: dict[column], known: new Map<string | number, number>() }
  })
  const rows: Row[] = []
  for (const row of feed.rows()) {
    if (teams !== null && !teams.has(String(row[TEAM]))) continue
    rows.push(
      row.map((value, at) => {
        const place = places[at] ?? null
        if (place === null) return value
        const known = place.known.get(value) ?? place.values.push(String(value)) - 1
        place.known.set(value, known)
        return known
      }),
    )
  }
  return {
    boot: feed.boot,
    seq: feed.seq(),
    revision: feed.revision(),
    columns: [...rowColumns],
    dict,
    rows,
  }
}

async function compressed(json: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([json]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
