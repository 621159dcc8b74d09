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
  /** Quoted `<boot>.<seq>`. */
  readonly etag: string
  readonly json: string
  /** The same in compressed form, created once per state of the feed. */
  gzip(): Promise<Uint8Array<ArrayBuffer>>
}

/** Returns the newest snapshot, rebuilt only after the feed has changed. */
export function snapshotCache(feed: ChangeFeed): () => PreparedSnapshot {
  let last: PreparedSnapshot | null = null
  return () => {
    const etag = `"${feed.boot}.${feed.seq()}"`
    if (last?.etag !== etag) last = prepare(feed, etag)
    return last
  }
}

function prepare(feed: ChangeFeed, etag: string): PreparedSnapshot {
  const json = JSON.stringify(compact(feed))
  let packed: Promise<Uint8Array<ArrayBuffer>> | null = null
  return { etag, json, gzip: () => (packed ??= compressed(json)) }
}

/** Builds the snapshot of the feed's rows. Repeated values become indexes into `dict`. */
export function compact(feed: ChangeFeed): Snapshot {
  const dict: Record<string, string[]> = {}
  const places = rowColumns.map((column) => {
    if (!REPEATED.some((repeated) => repeated === column)) return null
    dict[column] = []
    return { values: dict[column], known: new Map<string | number, number>() }
  })
  const rows: Row[] = []
  for (const row of feed.rows()) {
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
