import type { PlatformView } from '../contract/platform.ts'
import { type Row, rowColumns } from '../contract/snapshot.ts'
import type { StreamEvents } from '../contract/stream.ts'
import { VERSION } from '../contract/version.ts'
import { type Identity, readableTeams } from '../domain/access/identity.ts'
import { type Metrics, noMetrics } from '../domain/metrics.ts'
import type { Batch, ChangeFeed } from '../observe/change-feed.ts'

/** A client with more unsent bytes is disconnected. It resyncs when it reconnects. */
const MAX_BEHIND_BYTES = 1024 * 1024
const HEARTBEAT_MS = 15_000
const BANNERS_MS = 1_000
/** Maximum number of open streams. Each costs a socket and at most {@link MAX_BEHIND_BYTES}. */
const MAX_STREAMS = 200
/** Maximum number of open streams per identity, enough for browser tabs and a few programs. */
const MAX_STREAMS_OF_IDENTITY = 10

export interface StreamHub {
  /**
   * Opens a stream of server-sent events, with the stores that the identity may read. Returns
   * `full` if too many are open for this identity or in total, and `closed` during shutdown.
   * @param lastEventId header of a client that reconnects
   */
  open(
    identity: Identity,
    lastEventId: string | undefined,
  ): ReadableStream<Uint8Array> | 'full' | 'closed'
  /** Number of open streams. */
  readonly size: number
  /** Sends `bye` to every client and ends its stream. */
  close(): void
}

export interface StreamHubOptions {
  readonly feed: ChangeFeed
  /** The banners that an identity may see. */
  readonly banners: (identity: Identity) => PlatformView['banners']
  /** False ends the streams of an identity. @default every identity stays */
  readonly isCurrent?: (identity: Identity) => boolean
  readonly heartbeatMs?: number
  /** @default nothing is measured */
  readonly metrics?: Metrics
}

interface Client {
  readonly identity: Identity
  readonly group: Group
  readonly send: (text: string) => void
}

/** Clients that may read the same teams get the same texts, which are made once. */
interface Group {
  /** `null`: every team. */
  readonly teams: ReadonlySet<string> | null
  shown: ReadonlyMap<string, string>
}

/** Sends every batch of the feed to every open stream, without the rows of other teams. */
export function openStreamHub(options: StreamHubOptions): StreamHub {
  const { feed, banners, isCurrent = () => true, heartbeatMs = HEARTBEAT_MS } = options
  const { metrics = noMetrics } = options
  const clients = new Map<ReadableStreamDefaultController<Uint8Array>, Client>()
  const encoder = new TextEncoder()
  const drop = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    if (!clients.delete(controller)) return
    try {
      controller.close()
    } catch {
      // The client has already cancelled the stream.
    }
  }
  const groups = () => Map.groupBy(clients.values(), ({ group }) => group)
  const groupOf = (identity: Identity): Group => {
    const teams = readableTeams(identity)
    const key = keyOf(teams)
    const known = [...groups().keys()].find((group) => keyOf(group.teams) === key)
    return known ?? { teams, shown: bannerMap(banners(identity)) }
  }
  const sendAll = (text: string) => {
    for (const client of clients.values()) client.send(text)
  }
  const stopFeed = feed.subscribe((batch) => {
    for (const [{ teams }, members] of groups()) {
      const text = batchText(feed, batch, teams)
      if (text !== '') for (const client of members) client.send(text)
    }
  })
  let closed = false
  const tellBanners = () => {
    for (const [group, [first, ...others]] of groups()) {
      if (first === undefined) continue
      const now = bannerMap(banners(first.identity))
      for (const text of bannerTexts(group.shown, now))
        for (const client of [first, ...others]) client.send(text)
      group.shown = now
    }
  }
  const beat = () => {
    for (const [controller, { identity }] of clients) {
      if (isCurrent(identity)) continue
      clients.get(controller)?.send(eventText('bye', {}))
      drop(controller)
    }
    sendAll(': still here\n\n')
  }
  const timers = [setInterval(beat, heartbeatMs), setInterval(tellBanners, BANNERS_MS)]
  for (const timer of timers) timer.unref()

  return {
    get size() {
      return clients.size
    },
    open(identity, lastEventId) {
      const own = [...clients.values()].filter((one) => one.identity.subject === identity.subject)
      // A client that reconnects during shutdown must not appear to be live.
      if (closed) return 'closed'
      if (clients.size >= MAX_STREAMS || own.length >= MAX_STREAMS_OF_IDENTITY) return 'full'
      let opened: ReadableStreamDefaultController<Uint8Array>
      return new ReadableStream<Uint8Array>(
        {
          start(controller) {
            opened = controller
            const send = (text: string) => {
              controller.enqueue(encoder.encode(text))
              if ((controller.desiredSize ?? 0) < 0) drop(controller)
            }
            const group = groupOf(identity)
            clients.set(controller, { identity, group, send })
            const missed = missedBatches(feed, lastEventId)
            if (missed === null && lastEventId !== undefined)
              metrics.count('storewright_sse_resyncs_total', {})
            send(greeting(feed, lastEventId, missed, group.teams))
            for (const text of bannerTexts(new Map(), group.shown)) send(text)
          },
          cancel: () => void clients.delete(opened),
        },
        new ByteLengthQueuingStrategy({ highWaterMark: MAX_BEHIND_BYTES }),
      )
    },
    close() {
      closed = true
      for (const timer of timers) clearInterval(timer)
      stopFeed()
      sendAll(eventText('bye', {}))
      for (const controller of clients.keys()) drop(controller)
    },
  }
}

function keyOf(teams: Group['teams']): string {
  return teams === null ? '*' : [...teams].toSorted().join(' ')
}

function bannerMap(banners: PlatformView['banners']): ReadonlyMap<string, string> {
  return new Map(banners.map(({ code, message }) => [code, message]))
}

/** Batches after the last event that a client saw; `null` if they are unknown or no longer kept. */
function missedBatches(feed: ChangeFeed, lastEventId: string | undefined): readonly Batch[] | null {
  const [boot, seq] = lastEventId?.split('.') ?? []
  const known = boot === feed.boot && /^[0-9]{1,15}$/.test(seq ?? '')
  return known ? feed.since(Number(seq)) : null
}

/**
 * First events of a stream: the current position, then the missed batches or a request to load the
 * snapshot.
 */
function greeting(
  feed: ChangeFeed,
  lastEventId: string | undefined,
  missed: readonly Batch[] | null,
  teams: Group['teams'],
): string {
  const hello = { boot: feed.boot, seq: feed.seq(), revision: feed.revision(), version: VERSION }
  // Random, so that clients do not all reconnect at once after a restart.
  const retry = `retry: ${1000 + Math.floor(Math.random() * 4000)}\n`
  const head =
    retry + eventText('hello', hello, missed === null ? idOf(feed, feed.seq()) : undefined)
  if (missed !== null) return head + missed.map((batch) => batchText(feed, batch, teams)).join('')
  return lastEventId === undefined ? head : head + eventText('resync', {})
}

const TEAM = rowColumns.indexOf('team')
const NAME = rowColumns.indexOf('name')

/** `''`: the batch holds nothing that these teams may read. */
function batchText(
  feed: ChangeFeed,
  { seq, revision, upsert, remove }: Batch,
  teams: Group['teams'],
): string {
  const own = (row: Row) => teams === null || teams.has(String(row[TEAM]))
  const rows = upsert.filter(own)
  const names = remove.filter(own).map((row) => String(row[NAME]))
  if (teams !== null && rows.length === 0 && names.length === 0) return ''
  return eventText('stores', { revision, upsert: rows, remove: names }, idOf(feed, seq))
}

function bannerTexts(
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): string[] {
  const texts: string[] = []
  for (const [code, message] of now) {
    if (before.get(code) !== message)
      texts.push(eventText('banner', { code, active: true, message }))
  }
  for (const [code, message] of before) {
    if (!now.has(code)) texts.push(eventText('banner', { code, active: false, message }))
  }
  return texts
}

function idOf(feed: ChangeFeed, seq: number): string {
  return `${feed.boot}.${seq}`
}

function eventText<Name extends keyof StreamEvents>(
  name: Name,
  event: StreamEvents[Name],
  id?: string,
): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(event)}\n\n`
}
