import type { PlatformView } from '../contract/platform.ts'
import type { StreamEvents } from '../contract/stream.ts'
import { VERSION } from '../contract/version.ts'
import type { Batch, ChangeFeed } from '../observe/change-feed.ts'

/** A client with more unsent bytes is disconnected. It resyncs when it reconnects. */
const MAX_BEHIND_BYTES = 1024 * 1024
const HEARTBEAT_MS = 15_000
const BANNERS_MS = 1_000
/** Maximum number of open streams. Each costs a socket and at most {@link MAX_BEHIND_BYTES}. */
const MAX_STREAMS = 200
/** Maximum number of open streams per client, enough for browser tabs and a few programs. */
const MAX_STREAMS_OF_CLIENT = 20

export interface StreamHub {
  /**
   * Opens a stream of server-sent events. Returns `full` if too many are open for this client or in
   * total, and `closed` during shutdown.
   * @param client subject and address
   * @param lastEventId header of a client that reconnects
   */
  open(
    client: string,
    lastEventId: string | undefined,
  ): ReadableStream<Uint8Array> | 'full' | 'closed'
  /** Number of open streams. */
  readonly size: number
  /** Sends `bye` to every client and ends its stream. */
  close(): void
}

export interface StreamHubOptions {
  readonly feed: ChangeFeed
  readonly banners: () => PlatformView['banners']
  readonly heartbeatMs?: number
}

interface Client {
  readonly of: string
  readonly send: (text: string) => void
}

/** Sends every batch of the feed to every open stream. Each batch is encoded once. */
export function openStreamHub({ feed, banners, heartbeatMs }: StreamHubOptions): StreamHub {
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
  const send = (text: string) => {
    for (const client of clients.values()) client.send(text)
  }
  const stopFeed = feed.subscribe((batch) => send(batchText(feed, batch)))
  let closed = false
  let shown = new Map<string, string>()
  const tellBanners = () => {
    const now = new Map(banners().map(({ code, message }) => [code, message]))
    for (const text of bannerTexts(shown, now)) send(text)
    shown = now
  }
  tellBanners()
  const timers = [
    setInterval(() => send(': still here\n\n'), heartbeatMs ?? HEARTBEAT_MS),
    setInterval(tellBanners, BANNERS_MS),
  ]
  for (const timer of timers) timer.unref()

  return {
    get size() {
      return clients.size
    },
    open(of, lastEventId) {
      const own = [...clients.values()].filter((client) => client.of === of)
      // A client that reconnects during shutdown must not appear to be live.
      if (closed) return 'closed'
      if (clients.size >= MAX_STREAMS || own.length >= MAX_STREAMS_OF_CLIENT) return 'full'
      let opened: ReadableStreamDefaultController<Uint8Array>
      return new ReadableStream<Uint8Array>(
        {
          start(controller) {
            opened = controller
            const sendTo = (text: string) => {
              controller.enqueue(encoder.encode(text))
              if ((controller.desiredSize ?? 0) < 0) drop(controller)
            }
            clients.set(controller, { of, send: sendTo })
            sendTo(greeting(feed, lastEventId))
            for (const text of bannerTexts(new Map(), shown)) sendTo(text)
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
      send(eventText('bye', {}))
      for (const controller of clients.keys()) drop(controller)
    },
  }
}

/**
 * First events of a stream: the current position, then the missed batches or a request to load the
 * snapshot.
 */
function greeting(feed: ChangeFeed, lastEventId: string | undefined): string {
  const [boot, seq] = lastEventId?.split('.') ?? []
  const known = boot === feed.boot && /^[0-9]{1,15}$/.test(seq ?? '')
  const missed = known ? feed.since(Number(seq)) : null
  const hello = { boot: feed.boot, seq: feed.seq(), revision: feed.revision(), version: VERSION }
  // Random, so that clients do not all reconnect at once after a restart.
  const retry = `retry: ${1000 + Math.floor(Math.random() * 4000)}\n`
  const head =
    retry + eventText('hello', hello, missed === null ? idOf(feed, feed.seq()) : undefined)
  if (missed !== null) return head + missed.map((batch) => batchText(feed, batch)).join('')
  return lastEventId === undefined ? head : head + eventText('resync', {})
}

function batchText(feed: ChangeFeed, { seq, revision, upsert, remove }: Batch): string {
  const event = { revision, upsert: [...upsert], remove: [...remove] }
  return eventText('stores', event, idOf(feed, seq))
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
