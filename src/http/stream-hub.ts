import type { PlatformView } from '../contract/platform.ts'
import type { StreamEvents } from '../contract/stream.ts'
import { VERSION } from '../contract/version.ts'
import type { Batch, ChangeFeed } from '../observe/change-feed.ts'

/** Bytes that may wait for a client before it is let go: it resyncs when it comes back. */
const MAX_BEHIND_BYTES = 1024 * 1024
const HEARTBEAT_MS = 15_000
const BANNERS_MS = 1_000
/** Open streams of all clients together; each costs a socket and at most {@link MAX_BEHIND_BYTES}. */
const MAX_STREAMS = 200
/** Open streams of one client: the tabs of a browser, and some programs. */
const MAX_STREAMS_OF_CLIENT = 20

export interface StreamHub {
  /**
   * A stream of server-sent events. `full`: too many are open, of this client or of all; `closed`: the server stops.
   * @param client subject and address
   * @param lastEventId header of a client that comes back
   */
  open(
    client: string,
    lastEventId: string | undefined,
  ): ReadableStream<Uint8Array> | 'full' | 'closed'
  /** Streams open now. */
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

/** Sends what the feed tells to every open stream; each batch is encoded once. */
export function openStreamHub({ feed, banners, heartbeatMs }: StreamHubOptions): StreamHub {
  const clients = new Map<ReadableStreamDefaultController<Uint8Array>, Client>()
  const encoder = new TextEncoder()
  const drop = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    if (!clients.delete(controller)) return
    try {
      controller.close()
    } catch {
      // The client has cancelled it already.
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
      // A client that reconnects while the server drains must not believe that it is live.
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

/** What a client is told first: where it is, then what it missed or that it must load the snapshot. */
function greeting(feed: ChangeFeed, lastEventId: string | undefined): string {
  const [boot, seq] = lastEventId?.split('.') ?? []
  const known = boot === feed.boot && /^[0-9]{1,15}$/.test(seq ?? '')
  const missed = known ? feed.since(Number(seq)) : null
  const hello = { boot: feed.boot, seq: feed.seq(), revision: feed.revision(), version: VERSION }
  // Spread, so that a restart does not bring every client back at one moment.
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
